"""A throw-away project on the real stack: write files, produce records, run in a mini-cluster, read what is served."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cassandra import InvalidRequest
from confluent_kafka import Producer

from tally.flink_conf import read_flink_conf
from tally.planning.job import Aggregate, Job
from tally.planning.plan_project import plan_project
from tally.project import load_project
from tally.running.connections import Target
from tally.running.following import Progress
from tally.running.rest import wait_for
from tally.running.session import RunRequest, run
from tally.serving.account import read_accounts
from tally.serving.account_meters import source_figures
from tally.serving.cassandra import connect
from tally.serving.tombstones import read_to_end
from tally.serving.topics import end_offsets
from tally.stack import Stack, addresses
from tally.stack.bundled import flink_conf
from tests.e2e.outages import TALLY
from tests.e2e.topics import make_topic

Record = tuple[str | None, bytes | str | dict[str, Any] | None, int | None]


@dataclass
class Workbench:
    """One project, with topics and a keyspace of its own; ``${T}`` in its SQL is its topics' prefix."""

    root: Path
    stack: Stack
    prefix: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:10]}")
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        running = self.stack.addresses()
        return {
            "T": self.prefix,
            "TALLY_KAFKA_BOOTSTRAP_SERVERS": str(running.kafka),
            "TALLY_CASSANDRA_CONTACT_POINTS": str(running.cassandra),
            "TALLY_CASSANDRA_KEYSPACE": self.prefix,
            "TALLY_FLINK_CHECKPOINT_INTERVAL": "1 s",
            "TALLY_ACCOUNT_TOPIC": f"{self.prefix}-account",
            "TALLY_REGISTRY_TOPIC": f"{self.prefix}-registry",
            **self.settings,
        }

    @property
    def kafka(self) -> str:
        return str(self.stack.addresses().kafka)

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

    def topic(self, name: str, partitions: int = 1) -> str:
        return make_topic(self.kafka, f"{self.prefix}-{name}", partitions)

    def produce(self, topic: str, records: Iterable[Record], partition: int = 0) -> None:
        """Produce (key, value, timestamp in ms) records: a dict becomes JSON; returns when all are acknowledged."""
        many = {"queue.buffering.max.messages": 1_000_000}
        producer = Producer(
            {"bootstrap.servers": self.kafka, "acks": "all", "enable.idempotence": True, **many}
        )
        for key, value, timestamp in records:
            payload = json.dumps(value) if isinstance(value, dict) else value
            stamp = {} if timestamp is None else {"timestamp": timestamp}
            producer.produce(topic, payload, key, partition=partition, **stamp)
        assert producer.flush(30) == 0

    def plan(self) -> tuple[Job, ...]:
        project = load_project(self.root, self.environ)
        return plan_project(project, (), read_flink_conf(flink_conf(self.root)))

    def run(
        self,
        *,
        bounded: bool = False,
        fresh: bool = False,
        until: Callable[[Sequence[Progress]], bool] = lambda _: False,
        jobs: Sequence[Job] = (),
    ) -> tuple[Progress, ...]:
        """Run until the jobs end, or until ``until`` says so: then as after Ctrl-C."""

        def watch(progress: Sequence[Progress]) -> None:
            if until(progress):
                raise KeyboardInterrupt

        settings = load_project(self.root, self.environ).settings
        where = addresses(self.root, settings)
        request = RunRequest(
            root=self.root,
            settings=settings,
            options=read_flink_conf(flink_conf(self.root)),
            target=Target(
                str(where.kafka), str(where.cassandra), settings.cassandra, bounded, settings.account.topic
            ),
            fresh=fresh,
            feeds={},
            logs=self.root / ".tally" / "logs",
        )
        return run(jobs or self.plan(), request, watch)

    def read_all(self, topic: str) -> Callable[[Sequence[Progress]], bool]:
        """Return what tells whether each job has a checkpoint behind all that is on a topic, by its account.

        Flink's lag leaves out readers that have not begun, and records that are fetched and not handed on yet.
        """

        def read(progress: Sequence[Progress]) -> bool:
            jobs = {one.job for one in progress if one.rows_in and one.lag == 0}
            if jobs != {one.job for one in progress}:
                return False
            ends = {str(number): end for number, (_, end) in end_offsets(self.kafka, topic).items() if end}
            found = {one.job: one for one in read_accounts(self.kafka, f"{self.prefix}-account").records}
            source = topic.removeprefix(f"{self.prefix}-")
            return all(job in found and source_figures(found[job], source).read == ends for job in jobs)

        return read

    def run_by_command(self) -> None:
        """Run to the topics' present end by the command line, in processes of its own."""
        command = (*TALLY, "run", "--bounded")
        environ = {**os.environ, **self.environ}
        done = subprocess.run(
            command, cwd=self.root, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def rows(self, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """Return all rows of a serving table, sorted."""
        settings = load_project(self.root, self.environ).settings
        with connect(str(self.stack.addresses().cassandra), settings.cassandra) as session:
            found = session.execute(f'SELECT {columns} FROM "{self.prefix}"."{table}"')
            return sorted(tuple(row) for row in found)

    def wait_for_rows(self, table: str, seconds: float = 240) -> None:
        """Return as soon as a serving table holds a row."""

        def found() -> bool:
            try:
                return bool(self.rows(table))
            except InvalidRequest:
                return False  # the table is not there yet

        wait_for(found, seconds)

    def changes(self, topic: str) -> list[tuple[bytes | None, bytes | None]]:
        """Return (key, value) of every record of a topic, in order within its partitions."""
        ends = end_offsets(self.kafka, topic)
        return [(record.key, record.value) for record in read_to_end(self.kafka, topic, ends)]

    def last_values(self, topic: str) -> dict[Any, Any]:
        """Return the last JSON value of each JSON key, without deleted keys."""
        last = dict(self.changes(topic))
        parsed = {key: json.loads(value) for key, value in last.items() if value is not None}
        return {tuple(json.loads(key or b"{}").values()): value for key, value in parsed.items()}

    def aggregate(self, name: str) -> Aggregate:
        return next(a for job in self.plan() for a in job.aggregates if a.name == name)
