"""Flink's metrics become one line an aggregate."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from rich.console import Console

from tally.cli.live import Lines, table_of
from tally.errors import Span
from tally.planning.job import Aggregate, CassandraSink, Job, KafkaSink
from tally.planning.plan import Plan
from tally.running.following import Follower, Progress
from tally.running.rest import JobState


def table(name: str, **options: str) -> dict[str, Any]:
    resolved = {"schema": {"columns": []}, "options": options}
    return {
        "table": {"identifier": f"`default_catalog`.`default_database`.`{name}`", "resolvedTable": resolved}
    }


PLAN = Plan(
    json.dumps(
        {
            "nodes": [
                {"id": 1, "type": "scan", "scanTableSource": table("orders", connector="kafka")},
                {"id": 2, "type": "window", "description": "Window"},
                {"id": 3, "type": "sink", "dynamicTableSink": table("minutes$cassandra", table="minutes")},
                {"id": 4, "type": "sink", "dynamicTableSink": table("minutes$kafka")},
                {"id": 5, "type": "sink", "dynamicTableSink": table("totals$kafka")},
            ],
            "edges": [
                {"source": 1, "target": 2},
                {"source": 2, "target": 3},
                {"source": 2, "target": 4},
                {"source": 1, "target": 5},
            ],
        }
    )
)
HERE = Span("a.sql", 1, 1)
MINUTES = Aggregate("minutes", "", (), (), (CassandraSink("minutes", (), ()), KafkaSink("m")), None, HERE)
TOTALS = Aggregate("totals", "", (), (), (KafkaSink("t"),), None, HERE)
JOB = Job("a", "a.sql", (), (), (), (MINUTES, TOTALS), (), {}, PLAN, {})

SOURCE = "Source: KafkaSource-orders"
METRICS: dict[str, Mapping[str, int]] = {
    f"{SOURCE}.numRecordsOut": {"sum": 1200},
    f"{SOURCE}.pendingRecords": {"sum": 30},
    "Window[2].numLateRecordsDropped": {"sum": 4},
    "Window[2].numRecordsOut": {"sum": 99},
    "cassandra: tally.minutes: Writer.numRecordsIn": {"sum": 7},
    "cassandra: tally.minutes: Writer.currentInputWatermark": {"sum": 0, "min": 1_357_000_000_000},
    "totals$kafka[5]: Writer.numRecordsIn": {"sum": 800},
    "totals$kafka[5]: Writer.currentInputWatermark": {"sum": 0, "min": -(2**63)},
}


class FakeRest:
    """A cluster with one job."""

    state_now = "RUNNING"

    def jobs(self) -> list[JobState]:
        now = datetime(2024, 1, 1, tzinfo=timezone.utc)
        return [JobState("other", "a", "FAILED", now), JobState("id", "a", self.state_now, now)]

    def failure(self, _job: str) -> str:
        return "JobException: x\nCaused by: java.io.IOException: the broker went away"


def follower(**changes: Mapping[str, int] | None) -> tuple[FakeRest, Follower]:
    """Follow a job with other metrics, or without those that are None."""
    rest, metrics = FakeRest(), METRICS | changes
    found = {name: values for name, values in metrics.items() if values is not None}
    return rest, Follower(rest, {"id": JOB}, lambda _: found)  # type: ignore[arg-type]


def test_each_aggregate_is_measured_by_the_nodes_that_feed_it() -> None:
    _, follows = follower()
    closed = datetime(2013, 1, 1, 0, 26, 40, tzinfo=timezone.utc)
    assert follows.progress(follows.states()) == [
        Progress("a", "minutes", "RUNNING", 1200, 7, 4, closed, 30),
        Progress("a", "totals", "RUNNING", 1200, 800, 0, None, 30),
    ]


@pytest.mark.parametrize(
    ("watermark", "shown"),
    [
        (2**63 - 2_000, datetime.max.replace(tzinfo=timezone.utc)),
        (253_402_300_799_999, datetime.max.replace(tzinfo=timezone.utc)),
        (1_000, datetime(1970, 1, 1, 0, 0, 1, tzinfo=timezone.utc)),
        (2_000 - 2**63, None),
    ],
)
def test_a_watermark_that_an_interval_join_moved_from_the_end_of_time(
    watermark: int, shown: datetime | None
) -> None:
    measured = {"sum": 0, "min": watermark}
    _, follows = follower(**{"cassandra: tally.minutes: Writer.currentInputWatermark": measured})
    assert follows.progress(follows.states())[0].event_time == shown


def test_a_lag_that_no_source_shows_yet_is_unknown() -> None:
    _, follows = follower(**{f"{SOURCE}.pendingRecords": None})
    assert [one.lag for one in follows.progress(follows.states())] == [None, None]


def test_a_job_that_is_over_has_read_all_and_keeps_its_counters() -> None:
    ended = (f"{SOURCE}.pendingRecords", "cassandra: tally.minutes: Writer.currentInputWatermark")
    rest, follows = follower(**dict.fromkeys(ended))
    rest.state_now = "FINISHED"
    end = datetime.max.replace(tzinfo=timezone.utc)
    assert follows.progress(follows.states())[0] == Progress("a", "minutes", "FINISHED", 1200, 7, 4, end, 0)


def test_a_restarting_job_keeps_its_figures_and_says_why() -> None:
    rest, follows = follower()
    follows.progress(follows.states())
    rest.state_now = "RESTARTING"
    [_, totals] = follows.progress(follows.states())
    problem = "job 'a' failed: IOException: the broker went away"
    assert totals == Progress("a", "totals", "RESTARTING", 1200, 800, 0, None, 30, problem)


def test_the_live_lines() -> None:
    shown = io.StringIO()
    end = datetime.max.replace(tzinfo=timezone.utc)
    moment = datetime(2013, 1, 1, 5, tzinfo=timezone.utc)
    rows = [
        Progress("a", "minutes", "FINISHED", 1500, 9, 5, end, 0),
        Progress("a", "totals", "RUNNING", 1200, 800, 0, moment),
    ]
    Console(file=shown, width=90).print(table_of(rows))
    assert [line.rstrip() for line in shown.getvalue().splitlines()] == [
        "aggregate  state     rows in  rows out  late  event time           lag",
        "minutes    finished    1,500         9     5  end                    0",
        "totals     running     1,200       800     0  2013-01-01 05:00:00",
    ]


def test_lines_where_there_is_no_terminal() -> None:
    now, written = [100.0], []
    lines = Lines(lambda: now[0], written.append)
    moment = datetime(2013, 1, 1, 5, tzinfo=timezone.utc)
    first = Progress("a", "totals", "RUNNING", 1200, 800, 0, moment)
    lines.show([first])
    lines.show([first])
    now[0] += 9
    lines.show([replace(first, rows_in=1300)])
    assert written == ["totals: running, rows in 1,200, rows out 800, late 0, event time 2013-01-01 05:00:00"]
    now[0] += 1
    lines.show([replace(first, rows_in=1400, lag=7)])
    now[0] += 1
    lines.show([replace(first, state="RESTARTING", rows_in=1400, lag=7, problem="no broker")])
    lines.show([replace(first, state="RESTARTING", rows_in=1500, lag=7, problem="no broker")])
    lines.end()
    tail = "rows out 800, late 0, event time 2013-01-01 05:00:00, lag 7"
    assert written[1:] == [
        f"totals: running, rows in 1,400, {tail}",
        f"totals: restarting, rows in 1,400, {tail}; restarting: no broker",
        f"totals: restarting, rows in 1,500, {tail}; restarting: no broker",
    ]
