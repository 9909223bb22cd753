"""One run of one contender: the driver alone, the sink, or the sink's source without it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.commands import TIMEOUT_SECONDS, Cost, costed
from benchmarks.servers import Servers
from benchmarks.sink.java import class_path
from benchmarks.sink.shapes import COLUMNS, KEY, TABLE, TEXT, WIDTH, Shape
from tally.flink_conf import read_flink_conf
from tally.running.jvm import RUNNING
from tally.stack.bundled import bundle
from tally.stack.jars import flink_jars
from tally.stack.java import find_java

HEAP = "1g"
_OPTIONS = {
    "parallelism.default": "1",
    "table.exec.sink.require-on-conflict": "false",
    "table.exec.sink.upsert-materialize": "NONE",
    "restart-strategy.type": "none",
    "metrics.fetcher.update-interval": "250",
}
_BLACKHOLE = {"connector": "blackhole"}


@dataclass(frozen=True)
class Place:
    """Where runs take place: the servers, and the folder of the benchmark's Java classes."""

    servers: Servers
    classes: Path

    def folder(self, run: str) -> Path:
        """Return a new folder for a run."""
        folder = self.servers.root / "runs" / run
        folder.mkdir(parents=True)
        return folder


@dataclass(frozen=True)
class Setting:
    """How the driver alone is used: requests in flight, and rows of one partition in a batch (1: no batches)."""

    in_flight: int
    batch: int = 1

    @property
    def name(self) -> str:
        """Return ``single-512``, or ``batch-50-512``."""
        return f"single-{self.in_flight}" if self.batch == 1 else f"batch-{self.batch}-{self.in_flight}"


@dataclass(frozen=True)
class Job:
    """A job that writes to the Cassandra table.

    Attributes:
        shape: of its rows.
        rows: how many.
        keyspace: of the table.
        sink: options of the sink that differ from its defaults; None: nothing is written, the rows are let go.
        checkpoints: how often one is taken.
        rate: rows a second, None for as many as are taken.
        text: value of the column ``t``.
        rest_port: of the REST API, 0 for any.
        jvm: further options of Java.
        timeout: seconds that it may take.
    """

    shape: Shape
    rows: int
    keyspace: str
    sink: Mapping[str, str] | None = field(default_factory=dict)
    checkpoints: str = "10 s"
    rate: float | None = None
    text: str = TEXT
    rest_port: int = 0
    jvm: tuple[str, ...] = ()
    timeout: float = TIMEOUT_SECONDS


def driver_alone(place: Place, setting: Setting, rows: int, keyspace: str) -> Cost:
    """Insert rows with the driver alone: of one partition each, or of 50 a partition where batches are used."""
    host, port = place.servers.cassandra.split(":")
    width = 1 if setting.batch == 1 else WIDTH
    arguments = (host, port, keyspace, rows, setting.in_flight, width, setting.batch, TEXT)
    logging = bundle().flink_conf / "log4j-cli.properties"
    folder = place.folder(keyspace)
    java = (
        *(str(find_java().executable), f"-Xmx{HEAP}", *RUNNING),
        *(f"-Dlog4j.configurationFile={logging}", f"-Dlog.file={folder / 'driver.log'}"),
        *("-cp", class_path(place.classes), "io.tally.benchmarks.DriverInserts", *map(str, arguments)),
    )
    return costed(java, folder, {})


def flink_job(place: Place, job: Job, folder: Path) -> Cost:
    """Run a job by plain PyFlink, in a child process."""
    spec = folder / "spec.json"
    options = read_flink_conf(bundle().flink_conf) | _OPTIONS
    options |= {"execution.checkpointing.interval": job.checkpoints, "rest.bind-port": str(job.rest_port)}
    sink = _BLACKHOLE if job.sink is None else _cassandra(job, place) | dict(job.sink)
    statements = [
        f"CREATE TABLE served ({COLUMNS}{'' if job.sink is None else f', {KEY}'}) WITH ({_written(sink)})",
        f"INSERT INTO served {job.shape.query(job.text)}",
    ]
    document = {"options": options, "statements": statements, "rows": job.rows, "rate": job.rate}
    spec.write_text(json.dumps(document), "utf-8")
    variables = {
        "FLINK_CONF_DIR": str(bundle().flink_conf),
        "FLINK_LOG_DIR": str(folder),
        "HADOOP_CLASSPATH": ":".join(map(str, (place.classes, *flink_jars()))),
        "JVM_ARGS": " ".join([f"-Xmx{HEAP}", *RUNNING, *job.jvm]),
    }
    return costed((sys.executable, "-m", "benchmarks.sink.job", str(spec)), folder, variables, job.timeout)


def _cassandra(job: Job, place: Place) -> dict[str, str]:
    return {
        "connector": "cassandra",
        "contact-points": place.servers.cassandra,
        "keyspace": job.keyspace,
        "table": TABLE,
    }


def _written(options: Mapping[str, str]) -> str:
    return ", ".join(f"'{key}' = '{value}'" for key, value in options.items())
