"""What tests of a broken Cassandra need: a stack of their own, `tally run` as a process, orders, and their recount."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from cassandra.cluster import Session
from confluent_kafka import Producer

from tally.running.errors import ClusterRefused
from tally.running.rest import JobState, Rest, wait_for
from tally.serving.cassandra import connect
from tally.serving.tombstones import read_to_end
from tally.serving.topics import end_offsets
from tally.settings import CassandraSettings
from tally.stack import Stack
from tally.stack.state import home_of, read_state
from tests.e2e.topics import make_topic

TALLY = (sys.executable, "-c", "from tally.cli import main; main()")
KEYSPACE = "outages"
PATIENCE = 200.0
"""Seconds that a condition has to come true, on a machine that is busy with more than this."""
CUSTOMERS = 500
IDS = 5_000

ORDERS = """
CREATE TABLE orders (id BIGINT NOT NULL, customer STRING NOT NULL, amount BIGINT NOT NULL, note STRING NOT NULL)
WITH ('connector' = 'kafka', 'topic' = '{topic}', 'format' = 'json');
"""
SINKS = """
CREATE TABLE {name}_totals (
  customer STRING NOT NULL, orders BIGINT, amount BIGINT, PRIMARY KEY (customer) NOT ENFORCED
) WITH ({connection}, 'table' = '{name}_totals', {options});
CREATE TABLE {name}_open (
  id BIGINT NOT NULL, events BIGINT, note STRING, PRIMARY KEY (id) NOT ENFORCED
) WITH ({connection}, 'table' = '{name}_open', {options});
EXECUTE STATEMENT SET BEGIN
INSERT INTO {name}_totals SELECT customer, COUNT(*), SUM(amount) FROM orders GROUP BY customer;
-- Of every three orders of an id the third closes it: its row comes and goes.
INSERT INTO {name}_open SELECT id, COUNT(*), MAX(note) FROM orders GROUP BY id HAVING MOD(COUNT(*), 3) <> 0;
END;
"""
CONNECTION = (
    "'connector' = 'cassandra', 'contact-points' = '${TALLY_CASSANDRA_CONTACT_POINTS}', "
    "'keyspace' = '${TALLY_CASSANDRA_KEYSPACE}'"
)


@dataclass
class Outage:
    """A project of plain SQL that writes to a Cassandra which its test may break."""

    stack: Stack
    topic: str
    random: random.Random = field(default_factory=lambda: random.Random(4))

    @property
    def root(self) -> Path:
        return self.stack.root

    @property
    def kafka(self) -> str:
        return str(self.stack.addresses().kafka)

    def begin(self) -> None:
        """Make the topic, the keyspace and the source."""
        make_topic(self.kafka, self.topic, 2)
        replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}"
        self.cql(f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE} WITH replication = {replication}")
        self._write("sources/orders.sql", ORDERS.format(topic=self.topic))

    def job(self, name: str, **options: str) -> None:
        """Write a job, with tables of its own, and make them; ``options`` are those of its sinks."""
        self.cql(
            f"CREATE TABLE {KEYSPACE}.{name}_totals (customer text PRIMARY KEY, orders bigint, amount bigint)"
        )
        self.cql(f"CREATE TABLE {KEYSPACE}.{name}_open (id bigint PRIMARY KEY, events bigint, note text)")
        listed = ", ".join(f"'{key}' = '{value}'" for key, value in options.items())
        self._write(f"aggregates/{name}.sql", SINKS.format(name=name, connection=CONNECTION, options=listed))

    def _write(self, path: str, text: str) -> None:
        file = self.root / "sql" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def feed(self, orders: int) -> None:
        """Produce orders, of few customers and ids, at random but the same each time."""
        producer = Producer({"bootstrap.servers": self.kafka, "acks": "all", "linger.ms": 20})
        for _ in range(orders):
            one = self.random.randrange(IDS)
            order = {"id": one, "customer": f"c{one % CUSTOMERS}", "amount": self.random.randrange(1_000)}
            producer.produce(self.topic, json.dumps({**order, "note": f"{one}".rjust(100)}), str(one))
            producer.poll(0)
        assert producer.flush(30) == 0

    def cql(self, statement: str) -> list[tuple[Any, ...]]:
        with self._session() as session:
            return sorted(tuple(row) for row in session.execute(statement, timeout=30))

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with connect(str(self.stack.addresses().cassandra), CassandraSettings()) as session:
            yield session

    def differences(self, name: str) -> dict[str, object]:
        """How the tables of a job differ from a recount of the topic: row by row."""
        totals, opened = self._recounted()
        with self._session() as session:
            found = {
                f"{name}_{table}": {
                    tuple(row) for row in session.execute(f"SELECT {columns} FROM {KEYSPACE}.{name}_{table}")
                }
                for table, columns in (("totals", "customer, orders, amount"), ("open", "id, events, note"))
            }
        wanted = {f"{name}_totals": totals, f"{name}_open": opened}
        return {
            table: {"missing": sorted(rows - found[table])[:5], "unexpected": sorted(found[table] - rows)[:5]}
            for table, rows in wanted.items()
            if rows != found[table]
        }

    def _recounted(self) -> tuple[set[tuple[object, ...]], set[tuple[object, ...]]]:
        orders = [
            json.loads(record.value or b"{}")
            for record in read_to_end(self.kafka, self.topic, end_offsets(self.kafka, self.topic))
        ]
        amounts: dict[str, int] = defaultdict(int)
        for order in orders:
            amounts[order["customer"]] += order["amount"]
        count = Counter(order["customer"] for order in orders)
        events = Counter(order["id"] for order in orders)
        notes = {order["id"]: order["note"] for order in orders}
        return (
            {(customer, count[customer], amount) for customer, amount in amounts.items()},
            {(one, n, notes[one]) for one, n in events.items() if n % 3},
        )

    @property
    def server(self) -> psutil.Process:
        """The Cassandra that runs."""
        [child] = read_state(home_of(self.root, "cassandra")).processes.values()
        return psutil.Process(child.pid)

    @contextmanager
    def running(self, *names: str, checkpoints: str = "1 s") -> Iterator[Run]:
        """Run jobs by the command line, with a checkpoint that often; at the end of the block, as after Ctrl-C."""
        servers = self.stack.addresses()
        environment = {
            **os.environ,
            "TALLY_KAFKA_BOOTSTRAP_SERVERS": self.kafka,
            "TALLY_CASSANDRA_CONTACT_POINTS": str(servers.cassandra),
            "TALLY_CASSANDRA_KEYSPACE": KEYSPACE,
            "TALLY_FLINK_CHECKPOINT_INTERVAL": checkpoints,
            "TALLY_FLINK_MEMORY": "512m",
        }
        files = [f"sql/aggregates/{name}.sql" for name in names]
        # The log of an earlier run tells where that one's REST API was.
        shutil.rmtree(self.root / ".tally" / "logs", ignore_errors=True)
        output = self.root / f"{'-'.join(names)}.txt"
        with output.open("w") as file:
            process = subprocess.Popen(
                (*TALLY, "run", *files), cwd=self.root, env=environment, stdout=file, stderr=subprocess.STDOUT
            )
        try:
            yield Run(self.root, process, output)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)
            # Shown where the test fails.
            sys.stdout.write(output.read_text("utf-8"))


@dataclass(frozen=True)
class Run:
    """A `tally run` in a process of its own, and what its Flink says by REST."""

    root: Path
    process: subprocess.Popen[bytes]
    output: Path

    def end(self) -> tuple[int, str]:
        """Wait until it ends by itself; return its exit code and what it said."""
        code = self.process.wait(PATIENCE)
        return code, self.output.read_text("utf-8")

    def job(self, name: str) -> JobState:
        return next(job for job in self.rest.jobs() if job.name == name)

    @property
    def rest(self) -> Rest:
        """The mini-cluster's; its port is free, so the log tells it."""

        def logged() -> str | None:
            assert self.process.poll() is None, self.output.read_text("utf-8")
            texts = (log.read_text("utf-8") for log in (self.root / ".tally" / "logs").glob("*.log"))
            found = [m[1] for text in texts for m in re.finditer(r"Rest endpoint listening at (\S+)", text)]
            return found[-1] if found else None

        return Rest(wait_for(logged, PATIENCE))

    def until_running(self, name: str) -> None:
        def running() -> bool:
            try:
                return any(job.name == name and job.state == "RUNNING" for job in self.rest.jobs())
            except ClusterRefused:
                return False  # it answers a moment before it has jobs to tell of

        wait_for(running, PATIENCE)

    def until_checkpointed(self, name: str, more: int = 1) -> None:
        """Wait until that many further checkpoints of a job are complete."""
        self.until_running(name)
        before = self.completed(name)
        wait_for(lambda: self.completed(name) >= before + more, PATIENCE)

    def completed(self, name: str) -> int:
        return int(self._checkpoints(name)["counts"]["completed"])

    def checkpoint(self, name: str) -> dict[str, Any]:
        """Return what Flink says of the last complete checkpoint of a job."""
        latest: dict[str, Any] = self._checkpoints(name)["latest"]["completed"]
        return latest

    def _checkpoints(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.rest.get(f"/jobs/{self.job(name).id}/checkpoints")
        return found

    def metric(self, name: str, metric: str) -> int:
        """Return the sum of a metric, named by its end, over all operators of a job."""
        job = self.job(name).id
        return sum(self._sum(job, vertex["id"], metric) for vertex in self._vertices(job))

    def back_pressure(self, name: str) -> int:
        """Return of how many milliseconds of the last second the source had to wait."""
        job = self.job(name).id
        [source] = [v["id"] for v in self._vertices(job) if v["name"].startswith("Source")]
        return self._sum(job, source, "backPressuredTimeMsPerSecond")

    def _vertices(self, job: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.rest.get(f"/jobs/{job}")["vertices"]
        return found

    def _sum(self, job: str, vertex: str, metric: str) -> int:
        path = f"/jobs/{job}/vertices/{vertex}/subtasks/metrics"
        names = [m["id"] for m in self.rest.get(path) if m["id"].endswith(metric)]
        return sum(int(float(m["sum"])) for m in self.rest.get(path, get=",".join(names))) if names else 0

    @property
    def memory(self) -> int:
        """Resident bytes of Flink's JVM."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return max(child.memory_info().rss for child in children)
