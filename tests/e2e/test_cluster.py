"""Jobs on a standalone Flink cluster: shipped, listed, stopped with a savepoint, gone on; and Flink's own client."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from tally.datasets import DATASETS, Dataset
from tally.datasets.feeding import FeedOptions, feed
from tally.planning.job import Aggregate
from tally.recount import compare, expected, served_cassandra, served_kafka
from tally.recount.counting import database
from tally.recount.topics import read_topic
from tally.registry.log import Registry
from tally.running.cluster import ClusterSetup
from tally.running.errors import NoStateFolder, SeveralJobs
from tally.running.rest import Rest, wait_for
from tally.serving.cassandra import connect
from tally.settings import CassandraSettings, KafkaSettings, Settings
from tally.stack import Stack
from tally.stack.flink import flink_distribution
from tally.stack.processes import free_ports
from tests.e2e.late_rows import late_rows
from tests.e2e.outages import PATIENCE
from tests.e2e.test_clock import EVENTS, SECONDS, SHORT_DELAY, WINDOWED, counted, produce_stretch
from tests.e2e.workbench import Workbench

ROOT = Path(__file__).resolve().parents[2]
TALLY = (sys.executable, "-c", "from tally.cli import main; main()")
KEYSPACE = "cluster"
REGISTRY = "cluster-registry"
PREFIX = "cluster-"
# Events of each data set; of purchases that many come again later.
FED = {"purchases": 400, "flights": 4000}
TOPIC = re.compile(r"('(?:kafka\.)?topic' = ')")


@dataclass(frozen=True)
class Answer:
    """What a command left: exit code and texts."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Project:
    """A copy of the shipped project on topics and a keyspace of its own, with a cluster of its own."""

    root: Path
    kafka: str
    cassandra: str
    rest: Rest
    environment: Mapping[str, str]

    def run(self, *command: str, **variables: str) -> Answer:
        environment = {**self.environment, **variables}
        done = subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def tally(self, *arguments: str, **variables: str) -> Answer:
        return self.run(*TALLY, *arguments, **variables)

    def submit(self, *arguments: str) -> dict[str, str]:
        """Submit, and return the ids of the jobs by name."""
        answer = self.tally("submit", *arguments)
        assert answer.code == 0, answer.err
        return dict(line.split(" ") for line in answer.out.splitlines())

    def feed(self, name: str, limit: int) -> None:
        feed(self.dataset(name), self.kafka, FeedOptions(limit=limit))

    def dataset(self, name: str) -> Dataset:
        return replace(DATASETS[name], topic=PREFIX + DATASETS[name].topic)

    def finished(self, job: str) -> bool:
        state = self.rest.state(job)
        assert state not in ("FAILED", "FAILING", "RESTARTING"), self.rest.failure(job)
        return state == "FINISHED"

    def differences(self, name: str) -> list[str]:
        """How what is served differs from a recount of the topics' raw bytes, in words."""
        aggregate = self.aggregate(name)
        topics = [DATASETS[one].topic for one in FED]
        counted = database({topic: read_topic(self.kafka, PREFIX + topic) for topic in topics})
        with counted, connect(self.cassandra, CassandraSettings(keyspace=KEYSPACE)) as session:
            rows = expected(counted, name)
            assert rows.rows
            served = [served_cassandra(session, aggregate, KEYSPACE), served_kafka(self.kafka, aggregate)]
        return [line for actual in served for line in compare(rows, actual, aggregate.key).lines()]

    def aggregate(self, name: str) -> Aggregate:
        entry = Registry(self.kafka, REGISTRY, KafkaSettings()).read().find("shipped", name)
        assert entry
        return entry.aggregate


@pytest.fixture(scope="module")
def project(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    root = tmp_path_factory.mktemp("cluster")
    for folder in ("sql", "udfs", "jobs", "flink-conf"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (root / "sql").rglob("*.sql"):
        file.write_text(TOPIC.sub(rf"\1{PREFIX}", file.read_text("utf-8")), "utf-8")
    (root / "pyproject.toml").write_text('[project]\nname = "shipped"\n[tool.tally]\n', "utf-8")
    flink = Stack(root, Settings())
    flink.up(("flink",))
    servers, address = stack.addresses(), flink.addresses().flink
    assert servers.kafka and servers.cassandra and address
    variables = {
        "TALLY_KAFKA_BOOTSTRAP_SERVERS": servers.kafka,
        "TALLY_CASSANDRA_CONTACT_POINTS": servers.cassandra,
        "TALLY_CASSANDRA_KEYSPACE": KEYSPACE,
        "TALLY_FLINK_CHECKPOINT_INTERVAL": "1 s",
        "TALLY_REGISTRY_TOPIC": REGISTRY,
    }
    shipped = Project(root, servers.kafka, servers.cassandra, Rest(address), {**os.environ, **variables})
    try:
        for name, events in FED.items():
            shipped.feed(name, events)
        yield shipped
    finally:
        flink.down(wipe=True)


def test_shipped_jobs_come_out_as_the_recount(project: Project) -> None:
    ids = project.submit("--bounded", "sql/aggregates/airport_rush.sql", "jobs/busiest_airports.py")
    assert tuple(ids) == ("airport_rush", "busiest_airports")

    for name, job in ids.items():
        wait_for(partial(project.finished, job), PATIENCE)
        assert project.differences(name) == []

    listed = json.loads(project.tally("jobs", "--json").out)
    assert {(one["job"], one["id"], one["state"]) for one in listed} >= {
        (name, job, "FINISHED") for name, job in ids.items()
    }


def test_a_stopped_job_goes_on_from_its_savepoint(project: Project) -> None:
    file = "sql/aggregates/sales_by_customer.sql"
    first = project.submit(file)["sales_by_customer"]
    assert_refused_while_it_runs(project, file, first)
    wait_for(lambda: project.differences("sales_by_customer") == [], PATIENCE)

    stopped = project.tally("stop", "sales_by_customer")
    folder = project.root / ".tally/stack/flink/data/checkpoints/sales_by_customer/savepoints"
    (savepoint,) = folder.iterdir()
    assert stopped.out == f"stopped sales_by_customer: savepoint file:{savepoint}\n"
    assert_refused_when_changed(project, file)

    project.feed("purchases", FED["purchases"])
    second = project.submit(file)["sales_by_customer"]
    wait_for(lambda: project.differences("sales_by_customer") == [], PATIENCE)
    restored = project.rest.get(f"/jobs/{second}/checkpoints")["latest"]["restored"]
    assert restored["external_path"] == f"file:{savepoint}"
    # The cluster gathers its metrics every ten seconds.
    wait_for(lambda: project.rest.restarts(second) == 0, PATIENCE)
    listed = project.tally("jobs").out.splitlines()
    assert listed[0].split() == ["job", "state", "started", "(UTC)", "restarts", "id"]
    assert re.fullmatch(rf"sales_by_customer  running +[-0-9]+ [:0-9]+  0 +{second}", listed[1])
    assert project.tally("stop", second).code == 0
    assert_fresh_starts_over(project, file)


def test_a_replay_goes_on_from_its_savepoint_without_a_late_row(project: Project, stack: Stack) -> None:
    """It is stopped in the middle of a backlog, and time passes until it is started again."""
    bench = Workbench(project.root, stack, KEYSPACE)
    topic = bench.topic("events", 4)
    file = "sql/aggregates/seconds.sql"
    source = (EVENTS % SHORT_DELAY).replace("${T}", KEYSPACE)
    bench.write({"sql/sources/events.sql": source, file: WINDOWED.format(window=SECONDS)})
    produced = produce_stretch(bench, topic, 0)
    project.submit(file)
    wait_for(lambda: counted(bench) > 0, PATIENCE)
    assert project.tally("stop", "seconds").code == 0
    produced += produce_stretch(bench, topic, 5)
    project.submit(file)
    wait_for(lambda: counted(bench) == produced, PATIENCE)
    assert project.tally("stop", "seconds").code == 0
    assert late_rows(bench.kafka, f"{topic}.late") == []


def assert_fresh_starts_over(project: Project, file: str) -> None:
    answer = project.tally("submit", "--fresh", "--yes", file)
    *said, started = answer.out.splitlines()
    assert said == [
        "--fresh clears:",
        "  table sales_by_customer (emptied)",
        "  topic sales-by-customer (a tombstone for each key)".replace("topic ", f"topic {PREFIX}"),
    ], answer.err
    job = started.removeprefix("sales_by_customer ")
    wait_for(lambda: project.differences("sales_by_customer") == [], PATIENCE)
    assert project.rest.get(f"/jobs/{job}/checkpoints")["latest"]["restored"] is None
    assert project.tally("stop", job).code == 0


def assert_refused_while_it_runs(project: Project, file: str, job: str) -> None:
    again = project.tally("submit", file)
    assert (again.code, again.out) == (2, "")
    assert again.err.splitlines()[-2:] == [
        f"error: job 'sales_by_customer' is running already, as {job}",
        "hint: `tally stop sales_by_customer` stops it with a savepoint, which the next start goes on from",
    ]
    unknown = project.tally("stop", "sales")
    assert (unknown.code, unknown.out) == (2, "")
    assert unknown.err == "error: no job 'sales' is running\nhint: running: sales_by_customer\n"


def assert_refused_when_changed(project: Project, file: str) -> None:
    path = project.root / file
    text = path.read_text("utf-8")
    path.write_text(text.replace("SUM(CAST(quantity", "MAX(CAST(quantity"), "utf-8")
    changed = project.tally("submit", file)
    path.write_text(text, "utf-8")
    assert (changed.code, changed.out) == (2, "")
    step = "LocalGroupAggregate(groupBy=[customer_id], select=[customer_id, COUNT(*) AS count1$0, {}, "
    step += "SUM(amount) AS sum$2, MAX(event_time) AS max$3])"
    before, after = step.format("SUM($f1) AS sum$1"), step.format("MAX($f1) AS max$1")
    assert changed.err.splitlines()[-3:] == [
        "error: job 'sales_by_customer' cannot go on from its last checkpoint: 'sales_by_customer' changed since",
        f"  sales_by_customer was {before}, is {after}",
        "hint: `tally submit sql/aggregates/sales_by_customer.sql --fresh` counts from the beginning of the topics, "
        "or undo the change of sales_by_customer",
    ]


def test_functions_travel_as_code(project: Project) -> None:
    """A process that has another module of that name, as a task manager has after a change, runs what was sent."""
    pickled = project.run(
        *(sys.executable, "-c"),
        "import cloudpickle; from pathlib import Path; from tally.running.shipping import ship_code;"
        "ship_code(Path('udfs').resolve()); from udfs.customers import tier_of;"
        "print(cloudpickle.dumps(tier_of).hex())",
    )
    assert pickled.code == 0, pickled.err
    other = project.root / "other" / "udfs"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("", "utf-8")
    (other / "customers.py").write_text("def tier_of(total, purchases):\n    return 'stale'\n", "utf-8")
    called = project.run(
        *(sys.executable, "-c"),
        "import sys, pickle; sys.path.insert(0, 'other'); import udfs.customers;"
        f"print(pickle.loads(bytes.fromhex('{pickled.out.strip()}'))(60, 1))",
    )
    assert (called.code, called.out) == (0, "silver\n"), called.err


def test_flinks_own_client_runs_the_script(project: Project) -> None:
    with zipfile.ZipFile(project.root / "udfs.zip", "w") as archive:
        for file in (project.root / "udfs").glob("*.py"):
            archive.write(file, f"udfs/{file.name}")
    lib = project.root / ".tally/stack/flink/lib"
    jars = sorted((*lib.glob("tally-connectors.jar"), *lib.glob("flink-sql-connector-kafka-*.jar")))
    assert len(jars) == 2
    # The jars from elsewhere: the client has only what is named, and the task manager does not have it twice.
    shipped = [shutil.copyfile(jar, project.root / jar.name) for jar in jars]
    flink = str(flink_distribution() / "bin" / "flink")
    answer = project.run(
        *(flink, "run", "-py", "jobs/sql.py", "-pyfs", "udfs.zip"),
        *(part for jar in shipped for part in ("-C", jar.as_uri())),
        *("sql/aggregates/airport_hours.sql", "--bounded"),
        FLINK_CONF_DIR=str(project.root / ".tally/stack/flink/conf"),
        PATH=f"{Path(sys.executable).parent}:{project.environment['PATH']}",
    )
    assert answer.code == 0, answer.out + answer.err
    found = re.search(r"^airport_hours ([0-9a-f]{32})$", answer.out, re.MULTILINE)
    assert found
    wait_for(lambda: project.finished(found[1]), PATIENCE)
    assert project.differences("airport_hours") == []


@pytest.mark.parametrize(
    "command", [("jobs",), ("stop", "sales"), ("submit", "sql/aggregates/sales_by_day.sql")]
)
def test_a_cluster_that_does_not_answer(project: Project, command: tuple[str, ...]) -> None:
    [port] = free_ports(1)
    answer = project.tally(*command, TALLY_FLINK_REST_ADDRESS=f"127.0.0.1:{port}")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == (
        f"error: no Flink cluster answers at 127.0.0.1:{port}\n"
        "hint: run `tally up --flink`, or set rest_address in [tool.tally.flink]\n"
    )


def test_no_cluster_at_all(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.tally]\n", "utf-8")
    done = subprocess.run((*TALLY, "jobs"), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        "error: no Flink cluster runs here, and none is configured\n"
        "hint: run `tally up --flink`, or set rest_address in [tool.tally.flink]\n",
    )


def test_the_script_wants_flinks_client(project: Project) -> None:
    answer = project.run(sys.executable, "jobs/sql.py", "sql/aggregates/sales_by_day.sql")
    assert (answer.code, answer.out, answer.err) == (
        2,
        "",
        "error: jobs/sql.py was not started by Flink's client\n"
        "hint: run `flink run -py jobs/sql.py FILE...`, or `tally submit FILE...`\n",
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "the Flink cluster at flink:8081 has no folder for checkpoints"),
        (
            {"execution.checkpointing.dir": "s3://bucket/checkpoints"},
            "this machine cannot read the checkpoints of the Flink cluster at flink:8081: s3://bucket/checkpoints",
        ),
        (
            {"execution.checkpointing.dir": "file:///of-another-machine/checkpoints"},
            "this machine cannot read the checkpoints of the Flink cluster at flink:8081: "
            "file:///of-another-machine/checkpoints",
        ),
    ],
)
def test_a_cluster_whose_checkpoints_are_out_of_sight(options: dict[str, str], message: str) -> None:
    with pytest.raises(NoStateFolder) as caught:
        ClusterSetup("flink:8081", options, frozenset()).folder("sales")
    assert str(caught.value) == (
        f"{message}\nhint: set execution.checkpointing.dir in the cluster's config.yaml to a file: folder that its "
        "machines and this one share"
    )


def test_several_jobs_of_one_name() -> None:
    error = SeveralJobs("sales", ("0a", "0b"))
    assert str(error) == "2 jobs 'sales' are running\nhint: give the id of one: 0a, 0b"
