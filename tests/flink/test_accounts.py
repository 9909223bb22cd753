"""Where a plan accounts for the rows of its sources: which operator counts them, and over which ways they come."""

from __future__ import annotations

import pytest

from tally.planning.job import Account, Job
from tests.flink.test_gates import aggregate, planned  # noqa: F401

WINDOWED = (
    "SELECT user_id, window_end, COUNT(*) AS n FROM TABLE({}) GROUP BY user_id, window_start, window_end"
)
BY_WINDOW = "user_id, window_end"
TUMBLE = WINDOWED.format("TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)")
HOP = WINDOWED.format("HOP(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE, INTERVAL '3' MINUTE)")
SESSION = WINDOWED.format(
    "SESSION(TABLE events PARTITION BY user_id, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)"
)
ATTACHED = """SELECT user_id, window_end, COUNT(*) AS n
FROM (SELECT * FROM TABLE(HOP(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE, INTERVAL '3' MINUTE))
WHERE window_start > TIMESTAMP '2000-01-01 00:00:00') GROUP BY user_id, window_start, window_end"""
TWICE = """SELECT user_id, COUNT(*) AS n FROM (SELECT user_id FROM events UNION ALL SELECT user_id FROM events
UNION ALL SELECT user_id FROM others) GROUP BY user_id"""
LATEST = """SELECT user_id, amount FROM (SELECT user_id, amount,
ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY event_time DESC) AS place FROM events) WHERE place = 1"""
JOINED = """SELECT l.user_id, COUNT(*) AS n FROM events l JOIN others r ON l.user_id = r.user_id
AND r.event_time BETWEEN l.event_time - INTERVAL '2' SECOND AND l.event_time WHERE r.amount > 3 GROUP BY l.user_id"""
OF_COUNTS = (
    "SELECT n, COUNT(*) AS users FROM (SELECT user_id, COUNT(*) AS n FROM events GROUP BY user_id) GROUP BY n"
)


MIXED = """SELECT user_id, COUNT(*) AS n FROM (SELECT user_id FROM events UNION ALL SELECT user_id FROM generated)
GROUP BY user_id"""
BY_CLOCK = WINDOWED.format("HOP(TABLE clicks, DESCRIPTOR(seen), INTERVAL '1' MINUTE, INTERVAL '3' MINUTE)")
OTHER_TABLES = """
CREATE TABLE generated (user_id STRING NOT NULL) WITH ('connector' = 'datagen');
CREATE TABLE clicks (user_id STRING NOT NULL, seen AS PROCTIME())
WITH ('connector' = 'kafka', 'topic' = 'clicks', 'format' = 'json');
"""


def shown(account: Account) -> tuple[object, ...]:
    gate = account.gate.kind if account.gate else None
    count = account.count and ("closes" if account.count.closes else "runs")
    return account.place.partition("[")[0], account.sources, account.filters, gate, count


@pytest.mark.parametrize(
    ("query", "key", "expected"),
    [
        (TUMBLE, BY_WINDOW, [("GlobalWindowAggregate", (("events", 1),), False, "tumbling", "closes")]),
        (HOP, BY_WINDOW, [("WindowAggregate", (("events", 1),), False, "hopping", "closes")]),
        (SESSION, BY_WINDOW, [("WindowAggregate", (("events", 1),), False, "session", "closes")]),
        (ATTACHED, BY_WINDOW, [("GlobalWindowAggregate", (("events", 3),), True, "attached", "closes")]),
        (
            "SELECT user_id, COUNT(*) AS n FROM events WHERE amount > 3 GROUP BY user_id",
            "user_id",
            [("GroupAggregate", (("events", 1),), True, None, "runs")],
        ),
        (TWICE, "user_id", [("GroupAggregate", (("events", 2), ("others", 1)), False, None, "runs")]),
        (LATEST, "user_id", [("Deduplicate", (("events", 1),), False, None, None)]),
        (
            JOINED,
            "user_id",
            [
                ("IntervalJoin", (("events", 1),), False, "moment", None),
                ("IntervalJoin", (("others", 1),), True, "moment", None),
            ],
        ),
        (OF_COUNTS, "n", [("GroupAggregate", (("events", 1),), False, None, "runs")]),
    ],
    ids=["tumble", "hop", "session", "attached", "filtered", "union", "latest", "joined", "of-counts"],
)
def test_rows_are_accounted_for_where_they_first_enter(planned, query, key, expected) -> None:  # noqa: F811
    job = planned(aggregate(query, key))
    assert [shown(account) for account in job.accounts] == expected
    assert {account.feeds for account in job.accounts} == {("a",)}


def test_rows_that_cannot_be_told_from_others_have_no_sum(planned) -> None:  # noqa: F811
    assert planned(OTHER_TABLES + aggregate(MIXED)).accounts == ()


def test_windows_by_the_clock_account_for_what_enters(planned) -> None:  # noqa: F811
    [account] = planned(OTHER_TABLES + aggregate(BY_CLOCK, BY_WINDOW)).accounts
    assert (account.sources, account.gate, account.count, account.door) == (
        (("clicks", 1),),
        None,
        None,
        None,
    )


def test_what_a_plain_insert_writes_is_accounted_for(planned) -> None:  # noqa: F811
    sink = "CREATE TABLE seen (user_id STRING) WITH ('connector' = 'blackhole');"
    [account] = planned(f"{sink} INSERT INTO seen SELECT user_id FROM events;").accounts
    assert (account.place.partition("[")[0], account.feeds, account.door) == ("Sink", ("seen",), None)


@pytest.mark.parametrize(("ttl", "repeats"), [("30 d", True), ("0 s", False)])
def test_results_that_have_not_changed_go_on_where_state_expires(planned, ttl, repeats) -> None:  # noqa: F811
    totals = aggregate("SELECT user_id, MAX(amount) AS most FROM events GROUP BY user_id")
    [account] = planned(f"SET 'table.exec.state.ttl' = '{ttl}'; {totals}").accounts
    assert account.count.repeats is repeats


def test_each_source_is_read_by_partition(planned) -> None:  # noqa: F811
    [read] = planned(aggregate("SELECT user_id, COUNT(*) AS n FROM events GROUP BY user_id")).reads
    assert (read.source, read.topic) == ("events", -1)
    assert min(read.partition, read.letter) >= 0
    several = planned(
        aggregate("SELECT user_id, COUNT(*) AS n FROM events GROUP BY user_id"), topic="events;more"
    )
    [read] = several.reads
    assert min(read.topic, read.partition, read.letter) >= 0


@pytest.mark.parametrize(
    "query", [TUMBLE, HOP, ATTACHED, TWICE, LATEST], ids=["tumble", "hop", "attached", "twice", "latest"]
)
def test_letters_go_another_way_than_rows(planned, query) -> None:  # noqa: F811
    key = BY_WINDOW if "window_end" in query else "user_id"
    job = planned(aggregate(query, key))
    for read in job.reads:
        readers = {edge["target"] for edge in job.plan.edges if edge["source"] == read.node}
        letters = {node["id"] for node in job.plan.upstream(_dead_sink(job, read.source))}
        assert letters & readers == {read.letters}
        assert len(readers) > 1


def _dead_sink(job: Job, source: str) -> int:
    return next(table.node for table in job.plan.tables("sink") if table.name == f"{source}$dead")


def test_a_hidden_count_is_no_column_of_the_result(planned) -> None:  # noqa: F811
    job = planned(aggregate(HOP, BY_WINDOW))
    assert [column.name for column in job.aggregates[0].columns] == ["user_id", "window_end", "n"]
    [sink] = [node for node in job.plan.nodes if "a$cassandra" in node["description"]]
    assert "$counted" not in str(sink)
