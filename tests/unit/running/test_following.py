"""Flink's metrics become one line an aggregate."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import pytest
from rich.console import Console

from tally.cli.live import table_of
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

SOURCE = "Source__KafkaSource-orders"
METRICS: dict[str, Mapping[str, float]] = {
    f"{SOURCE}.numRecordsOut": {"sum": 1200},
    f"{SOURCE}.pendingRecords": {"sum": 30},
    "Window[2].numLateRecordsDropped": {"sum": 4},
    "Window[2].numRecordsOut": {"sum": 99},
    "cassandra__tally_minutes__Writer.numRecordsIn": {"sum": 7},
    "cassandra__tally_minutes__Writer.currentInputWatermark": {"sum": 0, "min": 1_357_000_000_000},
    "totals$kafka[5]__Writer.numRecordsIn": {"sum": 800},
    "totals$kafka[5]__Writer.currentInputWatermark": {"sum": 0, "min": -(2**63)},
}


class FakeRest:
    """A cluster with one job of one vertex."""

    state_now = "RUNNING"
    hidden: tuple[str, ...] = ()
    listed = 0

    def jobs(self) -> list[JobState]:
        now = datetime(2024, 1, 1, tzinfo=timezone.utc)
        return [JobState("other", "a", "FAILED", now), JobState("id", "a", self.state_now, now)]

    def vertices(self, _job: str) -> list[dict[str, Any]]:
        return [{"id": "v", "name": "Source: KafkaSource-orders -> Window[2]"}]

    def metrics(self, _job: str, _vertex: str, names: Any = ()) -> list[dict[str, Any]]:
        known = [{"id": name, **value} for name, value in METRICS.items() if name not in self.hidden]
        self.listed += not names
        return [one for one in known if one["id"] in names] if names else known

    def failure(self, _job: str) -> str:
        return "JobException: x\nCaused by: java.io.IOException: the broker went away"


def follower(**counters: int) -> tuple[FakeRest, Follower]:
    rest = FakeRest()
    return rest, Follower(rest, {"id": JOB}, lambda _: counters)  # type: ignore[arg-type]


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
        (9.223372036854774e18, datetime.max.replace(tzinfo=timezone.utc)),
        (253_402_300_799_999, datetime.max.replace(tzinfo=timezone.utc)),
        (1_000, datetime(1970, 1, 1, 0, 0, 1, tzinfo=timezone.utc)),
        (-9.223372036854774e18, None),
    ],
)
def test_a_watermark_that_an_interval_join_moved_from_the_end_of_time(
    watermark: float, shown: datetime | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = {"sum": 0, "min": watermark}
    monkeypatch.setitem(METRICS, "cassandra__tally_minutes__Writer.currentInputWatermark", measured)
    _, follows = follower()
    assert follows.progress(follows.states())[0].event_time == shown


def test_a_lag_that_a_source_shows_late_is_found_and_names_are_asked_for_until_then() -> None:
    rest, follows = follower()
    rest.hidden = (f"{SOURCE}.pendingRecords",)
    assert [one.lag for one in follows.progress(follows.states())] == [None, None]
    rest.hidden = ()
    for _ in range(3):
        assert [one.lag for one in follows.progress(follows.states())] == [30, 30]
    assert rest.listed == 2


def test_a_source_that_shows_its_metrics_after_what_is_chained_to_it_is_found() -> None:
    rest, follows = follower()
    rest.hidden = (f"{SOURCE}.pendingRecords", f"{SOURCE}.numRecordsOut")
    follows.progress(follows.states())
    rest.hidden = ()
    assert [one.lag for one in follows.progress(follows.states())] == [30, 30]


def test_kept_counters_outlive_the_job() -> None:
    rest, follows = follower(
        **{
            "Source: KafkaSource-orders.numRecordsOut": 1500,
            "Window[2].numLateRecordsDropped": 5,
            "cassandra: tally.minutes: Writer.numRecordsIn": 9,
        }
    )
    rest.state_now = "FINISHED"
    end = datetime.max.replace(tzinfo=timezone.utc)
    assert follows.progress(follows.states())[0] == Progress("a", "minutes", "FINISHED", 1500, 9, 5, end, 0)


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
