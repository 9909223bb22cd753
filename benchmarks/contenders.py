"""The same run through tally and by hand: same query, options, connectors and JVM; everything else is theirs."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.commands import TALLY, Cost, costed
from benchmarks.servers import Servers
from benchmarks.workloads import Workload
from tally.flink_conf import read_flink_conf
from tally.running.jvm import RUNNING
from tally.serving.cassandra import connect, ensure_keyspace
from tally.settings import CassandraSettings
from tally.stack.bundled import bundle
from tally.stack.jars import flink_jars

HEAP = "1g"
# What tally asks of Flink beside config.yaml, for the same plan.
_PLANNING = {
    "table.local-time-zone": "UTC",
    "table.exec.sink.require-on-conflict": "false",
    "table.exec.sink.upsert-materialize": "NONE",
    "restart-strategy.type": "none",
}


@dataclass(frozen=True)
class Task:
    """One run to the end of a preloaded topic.

    Attributes:
        workload: what is computed.
        sinks: cassandra, kafka or both.
        source: the preloaded topic.
        name: of the run: its keyspace and the prefix of its topic; used once.
        parallelism: of every operator.
        options: Flink options that differ from the shipped config.yaml.
        variables: of the environment, such as TALLY_FLINK_MEMORY.
        has_cut: whether some records of the topic are cut.
    """

    workload: Workload
    sinks: tuple[str, ...]
    source: str
    name: str
    parallelism: int
    options: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    has_cut: bool = False

    @property
    def topic(self) -> str:
        """Return the upsert topic."""
        return f"{self.name}-{self.workload.name}"


def through_tally(task: Task, servers: Servers) -> Cost:
    """Run ``tally run --bounded`` in a project of its own."""
    folder = _folder(task, servers)
    write_project(folder, task)
    return costed((*TALLY, "run", "--bounded"), folder, variables(task, servers))


def by_hand(task: Task, servers: Servers) -> Cost:
    """Run the PyFlink script; its one sink's table was made by CQL."""
    folder = _folder(task, servers)
    if task.sinks == ("cassandra",):
        _create_table(task, servers)
    return run_script(folder, _statements(task, servers), task.parallelism, task.options)


def run_script(
    folder: Path, statements: Sequence[str], parallelism: int, changes: Mapping[str, str] | None = None
) -> Cost:
    """Run statements, the last of them an INSERT, in a PyFlink script with the shipped options but for some."""
    options = read_flink_conf(bundle().flink_conf) | _PLANNING | dict(changes or {})
    options |= {"parallelism.default": str(parallelism), "rest.bind-port": "0"}
    spec = folder / "spec.json"
    spec.write_text(json.dumps({"options": options, "statements": statements}), "utf-8")
    jvm = {
        "FLINK_CONF_DIR": str(bundle().flink_conf),
        "FLINK_LOG_DIR": str(folder),
        "HADOOP_CLASSPATH": ":".join(map(str, flink_jars())),
        "JVM_ARGS": " ".join([f"-Xmx{HEAP}", *RUNNING]),
    }
    return costed((sys.executable, "-m", "benchmarks.by_hand", str(spec)), folder, jvm)


CONTENDERS = {"tally": through_tally, "by hand": by_hand}


def write_project(folder: Path, task: Task) -> None:
    """Write the project that tally runs: a source, an aggregate and, where options differ, a flink-conf."""
    workload = task.workload
    options = f"'connector' = 'kafka', 'topic' = '{task.source}', 'format' = 'json'"
    aggregate = (
        f"-- {workload.question}\n"
        f"CREATE MATERIALIZED TABLE {workload.name} (PRIMARY KEY ({', '.join(workload.key)}) NOT ENFORCED)\n"
        f"WITH ('sinks' = '{', '.join(task.sinks)}'{_topic_option(task)})\nAS {workload.query};\n"
    )
    for name, text in (
        ("sources/payments", workload.source(options) + ";\n"),
        (f"aggregates/{workload.name}", aggregate),
    ):
        path = folder / "sql" / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    if task.options:
        write_flink_conf(folder, task.options)


def write_flink_conf(folder: Path, changes: Mapping[str, str]) -> None:
    """Give a project the shipped Flink configuration with some options changed."""
    shutil.copytree(bundle().flink_conf, folder / "flink-conf")
    options = read_flink_conf(bundle().flink_conf) | dict(changes)
    # JSON is YAML; Flink reads flat keys as it reads nested ones.
    (folder / "flink-conf" / "config.yaml").write_text(json.dumps(options, indent=2), "utf-8")


def variables(task: Task, servers: Servers) -> dict[str, str]:
    """Return the environment of `tally` for a task."""
    return {
        "TALLY_KAFKA_BOOTSTRAP_SERVERS": servers.kafka,
        "TALLY_CASSANDRA_CONTACT_POINTS": servers.cassandra,
        "TALLY_CASSANDRA_KEYSPACE": task.name,
        "TALLY_FLINK_PARALLELISM": str(task.parallelism),
        "TALLY_FLINK_MEMORY": HEAP,
        **task.variables,
    }


def _topic_option(task: Task) -> str:
    return f", 'kafka.topic' = '{task.topic}'" if "kafka" in task.sinks else ""


def _folder(task: Task, servers: Servers) -> Path:
    folder = servers.root / "runs" / task.name
    folder.mkdir(parents=True)
    return folder


def _create_table(task: Task, servers: Servers) -> None:
    settings = CassandraSettings(keyspace=task.name)
    with connect(servers.cassandra, settings) as session:
        ensure_keyspace(session, settings)
        session.execute(f"CREATE TABLE {task.name}.{task.workload.name} ({task.workload.cql})")


def _statements(task: Task, servers: Servers) -> list[str]:
    workload = task.workload
    source = {
        "connector": "kafka",
        "topic": task.source,
        "properties.bootstrap.servers": servers.kafka,
        "format": "json",
        "scan.startup.mode": "earliest-offset",
        "scan.bounded.mode": "latest-offset",
    }
    if task.has_cut:
        # What there is by hand: they are left out, and nobody is told.
        source["json.ignore-parse-errors"] = "true"
    sink = _cassandra(task, servers) if task.sinks == ("cassandra",) else _kafka(task, servers)
    key = f"PRIMARY KEY ({', '.join(workload.key)}) NOT ENFORCED"
    return [
        workload.source(_written(source)),
        f"CREATE TABLE served ({workload.columns}, {key}) WITH ({_written(sink)})",
        f"INSERT INTO served {workload.query}",
    ]


def _cassandra(task: Task, servers: Servers) -> dict[str, str]:
    return {
        "connector": "cassandra",
        "contact-points": servers.cassandra,
        "local-datacenter": "datacenter1",
        "consistency-level": "LOCAL_QUORUM",
        "keyspace": task.name,
        "table": task.workload.name,
    }


def _kafka(task: Task, servers: Servers) -> dict[str, str]:
    options = {
        "connector": "upsert-kafka",
        "topic": task.topic,
        "properties.bootstrap.servers": servers.kafka,
        "sink.delivery-guarantee": "at-least-once",
    }
    for part in ("key", "value"):
        options |= {
            f"{part}.format": "json",
            f"{part}.json.timestamp-format.standard": "ISO-8601",
            f"{part}.json.encode.decimal-as-plain-number": "true",
        }
    return options


def _written(options: Mapping[str, str]) -> str:
    return ", ".join(f"'{key}' = '{value}'" for key, value in options.items())
