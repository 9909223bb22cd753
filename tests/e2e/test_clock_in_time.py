"""In silence, what closes by the clock is served in time: the last window of each kind, and sessions that time out."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timezone
from statistics import median

import pytest
from cassandra import InvalidRequest
from cassandra.cluster import Session

from tally.running.rest import wait_for
from tally.serving.cassandra import connect
from tally.settings import CassandraSettings
from tests.e2e.dead_letters import run_and_kill
from tests.e2e.late_rows import late_rows
from tests.e2e.test_clock import EVENTS, now
from tests.e2e.workbench import Workbench

DELAY = 2_000
OPTIONS = f", 'event-time.clock-delay' = '{DELAY} ms'"
WITHIN = 3_000
"""Milliseconds from when all is known, the end and the delay, to the row."""
ROUNDS = int(os.environ.get("TALLY_TEST_ROUNDS", "5"))
SECOND = 1_000
WINDOWED = """
CREATE MATERIALIZED TABLE {kind}_{topic} (PRIMARY KEY (window_end) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT window_end, COUNT(*) AS n FROM {window} GROUP BY window_start, window_end;
"""
WINDOWS = {
    "tumbling": "TUMBLE(TABLE {topic}, DESCRIPTOR(event_time), INTERVAL '2' SECOND)",
    "hopping": "HOP(TABLE {topic}, DESCRIPTOR(event_time), INTERVAL '1' SECOND, INTERVAL '2' SECOND)",
    "cumulating": "CUMULATE(TABLE {topic}, DESCRIPTOR(event_time), INTERVAL '1' SECOND, INTERVAL '2' SECOND)",
}
TIMED_OUT = """
CREATE MATERIALIZED TABLE timed_out (PRIMARY KEY (who, started_at) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT who, started_at, ended_at FROM SESSIONS(
  input => (SELECT 'START' AS kind, user_id AS who, event_time FROM several) PARTITION BY who,
  kind => DESCRIPTOR(kind), starts => 'START', ends => 'END', timeout => INTERVAL '2' SECOND,
  on_time => DESCRIPTOR(event_time))
WHERE delta = -1;
"""
PARTITIONS = {"single": 1, "several": 4}


def project(bench: Workbench) -> list[str]:
    """Write a job of all windows over each topic, and one of sessions; return the topics."""
    for topic in PARTITIONS:
        windows = (
            WINDOWED.format(kind=kind, topic=topic, window=window.format(topic=topic))
            for kind, window in WINDOWS.items()
        )
        bench.write(
            {
                f"sql/sources/{topic}.sql": (EVENTS % OPTIONS).replace("events", topic),
                f"sql/aggregates/{topic}_windows.sql": "".join(windows),
            }
        )
    bench.write({"sql/aggregates/sessions.sql": TIMED_OUT})
    return [bench.topic(topic, partitions) for topic, partitions in PARTITIONS.items()]


def closing(at: int) -> dict[str, int]:
    """Return by table when what an event is part of closes the last time."""
    ends = {"tumbling": at // 2_000 * 2_000 + 2_000, "hopping": at // 1_000 * 1_000 + 2_000}
    ends["cumulating"] = ends["tumbling"]
    windows = {f"{kind}_{topic}": end for kind, end in ends.items() for topic in PARTITIONS}
    return {**windows, "timed_out": at + 2_000}


@dataclass(frozen=True)
class Served:
    """What is served, asked for again and again over one connection."""

    session: Session
    keyspace: str

    def moments(self, table: str) -> set[int]:
        """Return the ends in a table, in epoch milliseconds."""
        column = "ended_at" if table == "timed_out" else "window_end"
        with suppress(InvalidRequest):  # the table is not there yet
            rows = self.session.execute(f'SELECT {column} FROM "{self.keyspace}"."{table}"')
            return {int(moment.replace(tzinfo=timezone.utc).timestamp() * SECOND) for (moment,) in rows}
        return set()

    def behind(self, closing: Mapping[str, int], seconds: float) -> dict[str, int]:
        """Wait for the row of each table; return how many milliseconds after its moment it was there."""
        missing, found = dict(closing), dict[str, int]()

        def all_found() -> bool:
            for table, moment in list(missing.items()):
                if moment in self.moments(table):
                    found[table] = now() - missing.pop(table)
            return not missing

        wait_for(all_found, seconds)
        return found


@contextmanager
def served(bench: Workbench) -> Iterator[Served]:
    with connect(str(bench.stack.addresses().cassandra), CassandraSettings()) as session:
        yield Served(session, bench.prefix)


@pytest.mark.parametrize("parallelism", [1, 2])
def test_what_closes_in_silence_is_served_in_time(bench: Workbench, parallelism: int) -> None:
    """Of the several partitions of a topic all but one are empty. A busy machine makes some rounds slow, not most."""
    bench.settings["TALLY_FLINK_PARALLELISM"] = str(parallelism)
    topics = project(bench)
    behind = defaultdict[str, list[int]](list)
    with run_and_kill(bench) as run, served(bench) as found:
        for job in ("single_windows", "several_windows", "sessions"):
            run.until_running(job)
        for round_ in range(ROUNDS + 1):
            at = now()
            for topic in topics:
                bench.produce(topic, [(None, {"user_id": f"u{round_}", "event_ms": at}, at)])
            for table, milliseconds in found.behind(closing(at), 120).items():
                behind[table].append(milliseconds - DELAY)
    print(dict(behind))  # noqa: T201 - shown where the test fails
    measured = {table: median(rounds[1:]) for table, rounds in behind.items()}
    assert {table: late for table, late in measured.items() if late > WITHIN} == {}
    assert all(late_rows(bench.kafka, f"{topic}.late") == [] for topic in topics)
