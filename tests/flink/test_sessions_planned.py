"""SESSIONS as it is planned: its keys, its gate, and what is said of a call that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tally.errors import TallyError
from tally.planning.job import Job
from tally.planning.sessions import USAGE

SOURCE = """
CREATE TABLE events (
  user_id STRING NOT NULL, place STRING, kind STRING, amount INT, event_ms BIGINT NOT NULL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3), WATERMARK FOR event_time AS event_time - INTERVAL '1' MINUTE
) WITH ('connector' = 'kafka', 'topic' = 'events', 'format' = 'json');
"""
PLAIN = """
CREATE TABLE plain (
  user_id STRING NOT NULL, kind STRING, event_time TIMESTAMP(3),
  WATERMARK FOR event_time AS event_time - INTERVAL '1' MINUTE
) WITH ('connector' = 'kafka', 'topic' = 'plain', 'format' = 'json');
"""
CALL = {
    "input": "TABLE events PARTITION BY user_id",
    "kind": "DESCRIPTOR(kind)",
    "starts": "'START'",
    "ends": "'END'",
    "timeout": "INTERVAL '30' MINUTE",
    "on_time": "DESCRIPTOR(event_time)",
}
EVERY = "SELECT user_id, started_at, ended_at FROM {sessions}"
Planned = Callable[..., Job]


@pytest.fixture
def planned(plan: Callable[..., tuple[Job, ...]], tmp_path: Path) -> Planned:
    """Plan a file of aggregates over ``events``, with mini-batch as tally is shipped, or without."""

    def planned(sql: str, *, mini_batch: bool = False) -> Job:
        options = "SET 'table.exec.mini-batch.enabled' = 'true';\n" if mini_batch else ""
        for path, text in {"sql/sources/events.sql": SOURCE, "sql/aggregates/a.sql": options + sql}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, "utf-8")
        (job,) = plan(tmp_path, "sql/aggregates/a.sql")
        return job

    return planned


def sessions(**arguments: str | None) -> str:
    call = {name: text for name, text in {**CALL, **arguments}.items() if text is not None}
    return f"SESSIONS({', '.join(f'{name} => {text}' for name, text in call.items())})"


def aggregate(query: str, key: str, name: str = "a") -> str:
    return f"CREATE MATERIALIZED TABLE {name} (PRIMARY KEY ({key}) NOT ENFORCED) AS {query};\n"


def refused(planned: Planned, sql: str) -> str:
    with pytest.raises(TallyError) as error:
        planned(sql)
    return str(error.value)


def test_a_session_is_known_by_its_key_and_start(planned: Planned) -> None:
    [a] = planned(aggregate(EVERY.format(sessions=sessions()), "user_id, started_at")).aggregates
    assert a.key == ("user_id", "started_at")


@pytest.mark.parametrize("key", ["user_id", "started_at", "user_id, started_at, delta"])
def test_no_other_key_will_do(planned: Planned, key: str) -> None:
    query = f"SELECT user_id, started_at, delta FROM {sessions()}"
    assert refused(planned, aggregate(query, key)) == (
        f"sql/aggregates/a.sql:1:27: key ({key}) is not a unique key of the result of 'a'\n"
        "hint: write PRIMARY KEY (user_id, started_at) NOT ENFORCED"
    )


def test_a_computed_column_can_be_the_key(planned: Planned) -> None:
    call = sessions(
        input="(SELECT *, user_id || '/' || COALESCE(place, '-') AS who FROM events) PARTITION BY who"
    )
    [a] = planned(aggregate(f"SELECT who, started_at FROM {call}", "who, started_at")).aggregates
    assert a.key == ("who", "started_at")


READ_AS_ROWS = {
    "a limit": "SELECT user_id, started_at FROM {sessions} LIMIT 10",
    "a join": (
        "SELECT s.user_id, s.started_at, t.n FROM {sessions} AS s "
        "JOIN (SELECT user_id, COUNT(*) AS n FROM events GROUP BY user_id) AS t ON s.user_id = t.user_id"
    ),
    "a Top-N": (
        "SELECT user_id, started_at FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY started_at DESC) "
        "AS place FROM {sessions}) WHERE place <= 3"
    ),
}


@pytest.mark.parametrize("name", READ_AS_ROWS)
def test_what_is_no_table_of_sessions_has_two_rows_for_each(planned: Planned, name: str) -> None:
    query = READ_AS_ROWS[name].format(sessions=sessions())
    first, hint = refused(planned, aggregate(query, "user_id, started_at")).split("\n")
    assert (
        first
        == "sql/aggregates/a.sql:1:27: key (user_id, started_at) is not a unique key of the result of 'a'"
    )
    assert hint.startswith("hint: the result has no unique key: ")


def test_the_latest_session_of_each_user_is_known_by_the_user(planned: Planned) -> None:
    query = (
        "SELECT user_id, started_at, ended_at FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY user_id "
        f"ORDER BY rowtime DESC) AS place FROM {sessions()}) WHERE place = 1"
    )
    [a] = planned(aggregate(query, "user_id")).aggregates
    assert a.key == ("user_id",)


def test_times_are_of_the_type_of_event_time(planned: Planned) -> None:
    columns = "user_id, started_at, ended_at, rowtime"
    query = f"SELECT {columns} FROM {sessions()}"
    [a] = planned(aggregate(query, "user_id, started_at")).aggregates
    assert [column.type for column in a.columns][1:] == ["TIMESTAMP_LTZ(3)"] * 3

    plain = f"SELECT {columns} FROM {sessions(input='TABLE plain PARTITION BY user_id')}"
    [a] = planned(PLAIN + aggregate(plain, "user_id, started_at")).aggregates
    assert [column.type for column in a.columns][1:] == ["TIMESTAMP(3)"] * 3


def test_late_events_are_refused_by_a_gate_that_knows_their_records(planned: Planned) -> None:
    call = sessions(carry="DESCRIPTOR(amount)")
    job = planned(
        aggregate(f"SELECT user_id, SUM(delta * amount) AS n FROM {call} GROUP BY user_id", "user_id")
    )
    [gate] = job.gates
    [account] = job.accounts
    assert (gate.kind, gate.source, gate.feeds, bool(gate.identity)) == ("moment", "events", ("a",), True)
    assert (account.gate, account.place) == (gate, f"ProcessTableFunction[{gate.node}]")


def test_two_aggregates_over_one_call_share_it_and_two_calls_need_names(planned: Planned) -> None:
    first = aggregate(EVERY.format(sessions=sessions()), "user_id, started_at")
    second = aggregate(f"SELECT user_id, SUM(delta) AS n FROM {sessions()} GROUP BY user_id", "user_id", "b")
    assert len(planned(first + second).gates) == 1

    other = second.replace("'30' MINUTE", "'31' MINUTE")
    assert refused(planned, first + other) == (
        "sql/aggregates/a.sql:1:27: two calls of one job are named 'SESSIONS'\n"
        "hint: name each: SESSIONS(..., uid => 'user_sessions')"
    )
    assert len(planned(first + other.replace("on_time =>", "uid => 'b', on_time =>")).gates) == 2


def test_no_mini_batch_keeps_a_watermark_from_it(planned: Planned) -> None:
    job = planned(aggregate(EVERY.format(sessions=sessions()), "user_id, started_at"), mini_batch=True)
    intervals = {
        node["miniBatchInterval"]["mode"]: node["miniBatchInterval"]["interval"]
        for node in job.plan.nodes
        if "miniBatchInterval" in node
    }
    assert intervals == {"RowTime": 1, "ProcTime": 1000}


COLUMNS = "user_id, place, kind, amount, event_ms, event_time"
WRONG: dict[str, tuple[dict[str, str | None], str, str]] = {
    "kind of another type": (
        {"kind": "DESCRIPTOR(amount)"},
        "SESSIONS: column 'amount' is INT",
        "use a STRING for 'kind'",
    ),
    "kind of no column": (
        {"kind": "DESCRIPTOR(kinds)"},
        "SESSIONS: 'kind' names 'kinds', which is no column of the events",
        f"use {COLUMNS}",
    ),
    "two kinds": (
        {"kind": "DESCRIPTOR(kind, place)"},
        "SESSIONS: 'kind' must name one column",
        "use DESCRIPTOR(kind)",
    ),
    "starts and ends": (
        {"starts": "'END'"},
        "SESSIONS: 'starts' and 'ends' are the same",
        "use two values",
    ),
    "starts as no text": (
        {"starts": "CAST(NULL AS STRING)"},
        "SESSIONS: 'starts' and 'ends' must be texts",
        "use starts => 'START', ends => 'END'",
    ),
    "no time": (
        {"timeout": "INTERVAL '0' MINUTE"},
        "SESSIONS: 'timeout' must be a length of time above zero",
        "use INTERVAL '30' MINUTE",
    ),
    "less than no time": (
        {"max_length": "INTERVAL '-1' MINUTE"},
        "SESSIONS: 'max_length' must be a length of time above zero",
        "use INTERVAL '30' MINUTE",
    ),
    "carry of the key": (
        {"carry": "DESCRIPTOR(place, user_id)"},
        "SESSIONS: 'carry' names 'user_id', which the result has already",
        "use another column",
    ),
    "carry twice": (
        {"carry": "DESCRIPTOR(place, place)"},
        "SESSIONS: 'carry' names 'place', which the result has already",
        "use another column",
    ),
    "carry of no column": (
        {"carry": "DESCRIPTOR(nothing)"},
        "SESSIONS: 'carry' names 'nothing', which is no column of the events",
        f"use {COLUMNS}",
    ),
    "two keys": (
        {"input": "TABLE events PARTITION BY (user_id, event_ms)"},
        "PARTITION BY of a table that a function takes can be one column only",
        "compute one: (SELECT *, a || '/' || b AS ab FROM events) PARTITION BY ab",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_argument_is_told(planned: Planned, name: str) -> None:
    arguments, wrong, hint = WRONG[name]
    sql = aggregate(EVERY.format(sessions=sessions(**arguments)), "user_id, started_at")
    place = {"two kinds": "1:1", "two keys": "1:164"}.get(name, "1:123")
    assert refused(planned, sql) == f"sql/aggregates/a.sql:{place}: {wrong}\nhint: {hint}"


def test_a_missing_argument_is_told(planned: Planned) -> None:
    sql = aggregate(EVERY.format(sessions=sessions(timeout=None)), "user_id, started_at")
    assert refused(planned, sql) == (
        "sql/aggregates/a.sql:1:123: an argument of the function is missing\n"
        f"hint: name all that it needs: {USAGE}"
    )


def test_an_argument_of_another_type_is_told(planned: Planned) -> None:
    sql = aggregate(EVERY.format(sessions=sessions(timeout="30")), "user_id, started_at")
    first, hint = refused(planned, sql).split("\n")
    assert first.startswith("sql/aggregates/a.sql:1:123: no function takes SESSIONS(")
    assert hint == f"hint: write {USAGE}"
