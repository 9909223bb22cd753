"""Who is online, as the shipped project has it: through a kill, and to the end, against the recount."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

import duckdb
import pytest

from tally.datasets import DATASETS, Dataset
from tally.datasets.dataset import Event
from tally.datasets.feeding import FeedOptions, feed
from tally.recount import Late, compare, expected, read_late, served_cassandra, served_kafka
from tally.recount.counting import database
from tally.recount.topics import read_topic
from tally.registry.log import Registry
from tally.running.rest import wait_for
from tally.serving.cassandra import connect
from tally.serving.topics import end_offsets
from tally.settings import CassandraSettings, KafkaSettings
from tests.e2e.dead_letters import run_and_kill
from tests.e2e.outages import TALLY
from tests.e2e.workbench import Workbench

ROOT = Path(__file__).resolve().parents[2]
FILES = ("active_users", "active_users_by_region", "aircraft_in_flight", "sessions")
TOPIC = re.compile(r"('(?:kafka\.)?topic' = ')")
DAY = 86_400_000
# Of flights two days and more, so that a take-off without landing is over.
FED = {"sessions": 20_000, "flights": 6_000}


@pytest.fixture
def shipped(bench: Workbench) -> Workbench:
    """The shipped project without the other aggregates, on topics of its own."""
    for folder in ("sources", "views", "functions"):
        shutil.copytree(ROOT / "sql" / folder, bench.root / "sql" / folder)
    shutil.copytree(ROOT / "udfs", bench.root / "udfs", ignore=shutil.ignore_patterns("__pycache__"))
    (bench.root / "sql" / "aggregates").mkdir()
    for name in FILES:
        shutil.copy(ROOT / "sql" / "aggregates" / f"{name}.sql", bench.root / "sql" / "aggregates")
    for file in (bench.root / "sql").rglob("*.sql"):
        file.write_text(TOPIC.sub(r"\1${T}-", file.read_text("utf-8")), "utf-8")
    return bench


def feed_part(bench: Workbench, first: float, last: float) -> None:
    """Feed what lies between two shares of each data set's part."""
    for name, size in FED.items():
        whole = DATASETS[name]
        events = partial(events_of, whole, int(first * size), int(last * size))
        feed(replace(whole, topic=f"{bench.prefix}-{whole.topic}", events=events), bench.kafka, FeedOptions())


def events_of(dataset: Dataset, first: int, last: int) -> Iterator[Event]:
    return islice(dataset.events(), first, last)


def end_all(bench: Workbench) -> None:
    """Let a day pass in each partition: an event that ends no session."""
    for name, size in FED.items():
        whole = DATASETS[name]
        *_, last = events_of(whole, 0, size)
        kind = {"sessions": "END", "flights": "LANDING"}[name]
        event = {**last, whole.key: "nobody", "kind": kind, "event_ms": last["event_ms"] + DAY}
        topic = f"{bench.prefix}-{whole.topic}"
        for partition in end_offsets(bench.kafka, topic):
            bench.produce(topic, [("nobody", event, None)], partition)


def tally(bench: Workbench, *arguments: str) -> str:
    done = subprocess.run(
        (*TALLY, *arguments),
        cwd=bench.root,
        env={**os.environ, **bench.environ},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def recounted(bench: Workbench) -> duckdb.DuckDBPyConnection:
    """Recount the topics; what the jobs put out as late is left out."""
    records, late = {}, list[Late]()
    for name in FED:
        topic = DATASETS[name].topic
        own = f"{bench.prefix}-{topic}"
        records[topic] = read_topic(bench.kafka, own)
        late += [one._replace(topic=topic) for one in read_late(bench.kafka, own, {})]
    return database(records, late)


def differences(bench: Workbench, counted: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """How what is served differs from the recount, by aggregate."""
    entries = Registry(bench.kafka, f"{bench.prefix}-registry", KafkaSettings()).read().of(bench.root.name)
    assert entries
    found = {}
    with connect(str(bench.stack.addresses().cassandra), CassandraSettings()) as session:
        for aggregate in (entry.aggregate for entry in entries):
            rows = expected(counted, aggregate.name)
            assert rows.rows
            places = served_cassandra(session, aggregate, bench.prefix), served_kafka(bench.kafka, aggregate)
            lines = [line for served in places for line in compare(rows, served, aggregate.key).lines()]
            if lines:
                found[aggregate.name] = lines
    return found


def changes(bench: Workbench, topic: str) -> list[bytes | None]:
    return [value for _, value in bench.changes(f"{bench.prefix}-{topic}")]


def test_presence_to_the_end(shipped: Workbench) -> None:
    feed_part(shipped, 0, 1)
    tally(shipped, "run", "--bounded")
    with recounted(shipped) as counted:
        assert differences(shipped, counted) == {}
        [(_, users)] = expected(counted, "active_users").rows
        expected(counted, "aircraft_in_flight")
        over = dict(counted.execute("SELECT end_reason, count(*) FROM presence GROUP BY 1").fetchall())
    assert users > 0
    assert over["timeout"] > 0  # take-offs that never land
    assert json.loads(tally(shipped, "query", "active_users", "--json")) == [
        {"segment": "all", "users": users}
    ]
    for topic, most in {"active-users-topic": 200, "active-users-by-region": 7 * 200}.items():
        found = changes(shipped, topic)
        assert None not in found
        assert len(found) < most  # and not one for each of the events


def test_presence_live_through_a_kill(shipped: Workbench) -> None:
    shipped.settings["TALLY_FLINK_PARALLELISM"] = "2"
    feed_part(shipped, 0, 0.5)
    with run_and_kill(shipped) as run:
        for name in FILES:
            run.until_checkpointed(name)
        feed_part(shipped, 0.5, 1)
        run.until_checkpointed("sessions")
    end_all(shipped)
    shipped.settings["TALLY_FLINK_PARALLELISM"] = "1"
    with run_and_kill(shipped) as run:
        run.until_running("sessions")

        def agrees() -> bool:
            with recounted(shipped) as counted:
                return differences(shipped, counted) == {}

        wait_for(agrees, 240)
    for topic in ("active-users-topic", "active-users-by-region", "aircraft-in-flight"):
        assert None not in changes(shipped, topic)
