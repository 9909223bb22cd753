"""Hints: functions of other engines, reserved words, names that are not there; each hint planned as it says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tally.errors import TallyError
from tally.planning.elsewhere import AGGREGATES, QUERIES, SCALARS, in_flink

EVENTS = """
CREATE TABLE events (
  k STRING NOT NULL, x STRING, y STRING, n DOUBLE, m DOUBLE, b BOOLEAN, a ARRAY<STRING>, t TIMESTAMP(3),
  u TIMESTAMP(3), d DATE, c TIME, i INT, p DECIMAL(10, 2), z BYTES, ts BIGINT NOT NULL, `value` INT,
  event_time AS TO_TIMESTAMP_LTZ(ts, 3), WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND
) WITH ('connector' = 'kafka', 'topic' = 'events', 'format' = 'json');
"""
MIDDLE = Path("tests/projects/bad/window_of_python_aggregate")


def aggregate(query: str, key: str = "k", name: str = "a") -> str:
    return (
        f"CREATE MATERIALIZED TABLE {name} (PRIMARY KEY ({key}) NOT ENFORCED) "
        f"WITH ('sinks' = 'kafka', 'arithmetic' = 'flink') AS\n{query};\n"
    )


def by_key(expression: str) -> str:
    return aggregate(f"SELECT k, {expression} AS v FROM events GROUP BY k")


@pytest.fixture
def planned(plan, tmp_path: Path):
    """Plan a file over ``events``."""

    def planned(sql: str):
        files: dict[str, str] = {"sql/sources/events.sql": EVENTS, "sql/aggregates/a.sql": sql}
        for path in ("sql/functions/middle.sql", "udfs/__init__.py", "udfs/statistics.py"):
            files[path] = (MIDDLE / path).read_text("utf-8")
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, "utf-8")
        return plan(tmp_path)

    return planned


def listed(expressions: Mapping[str, str]) -> list[str]:
    return sorted(set(expressions.values()))


def test_what_is_to_be_written_for_aggregate_functions_of_elsewhere_is_planned(planned):
    columns = ", ".join(f"{one} AS v{place}" for place, one in enumerate(listed(AGGREGATES)))
    planned(aggregate(f"SELECT k, {columns} FROM events GROUP BY k"))


def test_what_is_to_be_written_for_other_functions_of_elsewhere_is_planned(planned):
    columns = ", ".join(f"LAST_VALUE({one}) AS v{place}" for place, one in enumerate(listed(SCALARS)))
    planned(aggregate(f"SELECT k, {columns} FROM events GROUP BY k"))


def test_what_query_is_to_be_written_is_planned(planned):
    keys = {"TOPK": "k, place", "HISTOGRAM": "k, x"}
    key_of = {query: keys.get(name, "k") for name, query in reversed(QUERIES.items())}
    statements = [
        aggregate(query.partition(", with ")[0], key_of[query], f"a{place}")
        for place, query in enumerate(listed(QUERIES))
    ]
    planned("".join(statements))


def test_a_function_that_nobody_knows_has_no_counterpart():
    assert in_flink("nobodys") is None
    assert in_flink("date_trunc") == "in Flink write FLOOR(t TO HOUR)"


HOUR, DAYS = "in Flink write FLOOR(t TO HOUR)", "in Flink write TIMESTAMPDIFF(DAY, t, u)"
PERCENTILE, DISTINCT = "in Flink write PERCENTILE(n, 0.5)", "in Flink write COUNT(DISTINCT x)"
ONE_TEXT = "put the columns into one text: COUNT(DISTINCT x || '/' || y)"
MISTAKES = {
    "date_trunc": (
        "MAX(DATE_TRUNC('hour', t))",
        "2:15: no function takes DATE_TRUNC(<CHARACTER>, <TIMESTAMP>)",
        HOUR,
    ),
    "date_trunc, by a word": (
        "MAX(DATE_TRUNC(HOUR, t))",
        "2:26: SQL syntax error: incorrect syntax near the keyword 'hour'",
        HOUR,
    ),
    "datediff, by a word": (
        "MAX(DATEDIFF(DAY, t, u))",
        "2:24: SQL syntax error: incorrect syntax near the keyword 'day'",
        DAYS,
    ),
    "a keyword": (
        "GROUP_CONCAT(x)",
        "2:11: SQL syntax error: incorrect syntax near the keyword 'group_concat'",
        "in Flink write LISTAGG(x, ', ')",
    ),
    "percentile_cont": (
        "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY n)",
        "1:27: PERCENTILE_CONT is no function of Flink's",
        PERCENTILE,
    ),
    "mode": (
        "MODE() WITHIN GROUP (ORDER BY x)",
        "2:11: WITHIN GROUP not allowed with MODE function",
        in_flink("MODE"),
    ),
    "first": (
        "FIRST(x)",
        "2:11: Function 'FIRST(`events`.`x`, 0)' can only be used in MATCH_RECOGNIZE",
        "in Flink write FIRST_VALUE(x)",
    ),
    "approximate": (
        "APPROX_COUNT_DISTINCT(x)",
        "1:27: APPROX_COUNT_DISTINCT does not work on streams",
        DISTINCT,
    ),
    "safe_cast": (
        "MAX(SAFE_CAST(x AS DOUBLE))",
        "2:15: the statement calls a function that Flink reads and does not have",
        "in Flink write TRY_CAST(x AS DOUBLE)",
    ),
    "a cast of elsewhere": (
        "MAX(x::DOUBLE)",
        '2:16: SQL syntax error: encountered ":"',
        "write CAST(x AS DOUBLE) for x::DOUBLE",
    ),
    "distinct rows": (
        "COUNT(DISTINCT (x, y))",
        "1:27: an aggregate function takes one column here, and no ROW",
        ONE_TEXT,
    ),
    "distinct columns": (
        "COUNT(DISTINCT x, y)",
        "1:27: an aggregate function takes one column here, and no ROW",
        ONE_TEXT,
    ),
    "lead": (
        "LEAD(n)",
        "1:27: LEAD does not work on streams as an aggregate",
        "look back instead: LAG(n) OVER (PARTITION BY k ORDER BY event_time)",
    ),
    "in order": (
        "LISTAGG(x) WITHIN GROUP (ORDER BY n)",
        "2:11: LISTAGG takes values in the order in which they come",
        "leave WITHIN GROUP out; ARRAY_SORT(ARRAY_AGG(x)) is in order",
    ),
    "a reserved word as alias": (
        "COUNT(*) AS day, COUNT(*)",
        '2:23: SQL syntax error: encountered "day"',
        "day is a reserved word: where it is a name, write `day`",
    ),
    "a reserved word as column": (
        "MAX(value)",
        '2:20: SQL syntax error: encountered ")"',
        "value is a reserved word: where it is a name, write `value`",
    ),
    "no reserved word": ("MAX(n", '2:17: SQL syntax error: encountered "as"', None),
    "an unknown column": (
        "MAX(event_tim)",
        "2:15: Column 'event_tim' not found in any table",
        "did you mean 'event_time'?",
    ),
    "an odd character": ("COUNT(*) # 2", "2:20: SQL syntax error: '#' has no meaning here", None),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gets_what_to_write(planned, mistake):
    expression, message, hint = MISTAKES[mistake]
    with pytest.raises(TallyError) as refused:
        planned(by_key(expression))
    assert str(refused.value).removeprefix("sql/aggregates/a.sql:").split("\nhint: ") == [
        message,
        *([hint] if hint else []),
    ]


WINDOW = "FROM TUMBLE(events, DESCRIPTOR(event_time), INTERVAL '1' HOUR) GROUP BY k, window_start, window_end"
SESSIONS = (
    "SELECT k, started_at, ended_at FROM SESSIONS(input => TABLE events PARTITION BY k, kind => DESCRIPTOR(x), "
    "starts => 'S', ends => 'E', timeout => INTERVAL '1' MINUTE, on_time => DESCRIPTOR(event_time))"
)
QUERY_MISTAKES = {
    "no TABLE": (
        f"SELECT k, window_end, COUNT(*) AS n {WINDOW}",
        "k, window_end",
        "2:49: Column 'events' not found in any table",
        "write TABLE events",
    ),
    "any time": (
        f"SELECT k, window_end, COUNT(*) AS n {WINDOW}".replace(
            "(events, DESCRIPTOR(event_time)", "(TABLE events, DESCRIPTOR(t)"
        ),
        "k, window_end",
        "1:27: a window function takes the event time of a source, not any TIMESTAMP(3)",
        "name the column of the source's WATERMARK in DESCRIPTOR(...), and hand it on as it is: no cast",
    ),
    "no such key": (
        "SELECT k, COUNT(*) AS times FROM events GROUP BY k",
        "tims",
        "1:43: Primary key column 'tims' is not defined in the schema",
        "did you mean 'times'?",
    ),
    "not grouped": (
        "SELECT k, n, COUNT(*) AS times FROM events GROUP BY k",
        "k",
        "2:11: Expression 'n' is not being grouped",
        "add it to GROUP BY as it is, or take one of its values: MAX(...)",
    ),
    "ksql": (
        "SELECT k, COUNT(*) AS n FROM events GROUP BY k EMIT CHANGES",
        "k",
        '2:48: SQL syntax error: encountered "emit"',
        "leave EMIT out: an aggregate is kept up to date with every change",
    ),
    "sessions of no time": (
        SESSIONS.replace("DESCRIPTOR(event_time)", "DESCRIPTOR(ts)"),
        "k, started_at",
        "2:37: Unsupported data type for time attribute. The `on_time` argument must reference a TIMESTAMP or "
        "TIMESTAMP_LTZ column (up to precision 3). However, column 'ts' in table argument 'input' has data type "
        "'BIGINT NOT NULL'",
        None,
    ),
    "sessions of nobody": (
        SESSIONS.replace("PARTITION BY k", ""),
        "k, started_at",
        "2:37: Table argument 'input' requires a PARTITION BY clause for parallel processing",
        None,
    ),
}


@pytest.mark.parametrize("mistake", QUERY_MISTAKES)
def test_a_mistake_of_a_query_gets_what_to_write(planned, mistake):
    query, key, message, hint = QUERY_MISTAKES[mistake]
    with pytest.raises(TallyError) as refused:
        planned(aggregate(query, key))
    assert str(refused.value).removeprefix("sql/aggregates/a.sql:").split("\nhint: ") == [
        message,
        *([hint] if hint else []),
    ]


@pytest.mark.parametrize("column", ["x", "n", "b", "t", "event_time", "d", "c", "i", "p", "z"])
def test_a_key_that_can_be_null_is_mended_by_what_the_hint_says(planned, column):
    query = "SELECT {0} AS {1}, COUNT(*) AS times FROM events GROUP BY {0}"
    with pytest.raises(TallyError) as refused:
        planned(aggregate(query.format(column, column), column))
    instead = str(refused.value.hint).partition("group by ")[2].partition(" and select")[0]
    assert instead.startswith(f"COALESCE({column}, ")
    planned(aggregate(query.format(instead, column), column))


HOPS = "HOP(TABLE events, DESCRIPTOR(event_time), INTERVAL '5' MINUTE, INTERVAL '10' MINUTE)"
FOREIGN = (
    "SELECT l.k AS id, r.n FROM (SELECT k, MIN(COALESCE(x, '')) AS other FROM events GROUP BY k) AS l "
    "JOIN (SELECT k, COUNT(*) AS n FROM events GROUP BY k) AS r ON l.other = r.k"
)
# As the hints say: each was refused, and this is what to write.
MENDED = {
    "foreign key": (
        f"SELECT id, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY n) AS place FROM ({FOREIGN})) "
        "WHERE place = 1",
        "id",
    ),
    "function in Python": (
        "SELECT k, TUMBLE_END(event_time, INTERVAL '1' MINUTE) AS window_end, middle(ts) AS v FROM events "
        "GROUP BY k, TUMBLE(event_time, INTERVAL '1' MINUTE)",
        "k, window_end",
    ),
    "join behind a window": (
        "SELECT w.k, w.window_end, w.n, r.m FROM (SELECT k, window_start, window_end, COUNT(*) AS n FROM "
        f"{HOPS} GROUP BY k, window_start, window_end) AS w JOIN (SELECT k, COUNT(*) AS m FROM events GROUP BY k) "
        "AS r ON w.k = r.k",
        "k, window_end",
    ),
    "first of a hop": (
        "SELECT k, window_end, x FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k, window_start, window_end "
        f"ORDER BY event_time) AS place FROM {HOPS}) WHERE place = 1",
        "k, window_end",
    ),
    "distinct in a hop": (
        f"SELECT k, window_end, LISTAGG(x) AS v FROM (SELECT DISTINCT k, window_start, window_end, x FROM {HOPS}) "
        "GROUP BY k, window_start, window_end",
        "k, window_end",
    ),
    "array of a hop": (
        f"SELECT k, window_end, ARRAY_AGG(x) AS v FROM {HOPS} GROUP BY k, window_start, window_end",
        "k, window_end",
    ),
    "one text": (
        "SELECT k, COUNT(DISTINCT x || '/' || y) AS v, ARRAY_SORT(ARRAY_AGG(x)) AS w FROM events GROUP BY k",
        "k",
    ),
    "look back": (
        "SELECT k, MAX(v) AS v FROM (SELECT k, LAG(n) OVER (PARTITION BY k ORDER BY event_time) AS v FROM events) "
        "GROUP BY k",
        "k",
    ),
}


@pytest.mark.parametrize("mended", MENDED)
def test_what_a_hint_says_is_planned(planned, mended):
    query, key = MENDED[mended]
    planned(aggregate(query, key))
