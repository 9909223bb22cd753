"""Results that wait for the clock: a bounded run would drop their last rows, and is refused."""

import pytest

from tally.planning.clocked import clocked
from tally.running.errors import WaitsForClock
from tally.running.prepare import refuse_waiting

SOURCE = """
CREATE TABLE ev (
  k STRING NOT NULL, b BIGINT, seen AS PROCTIME(), at_time TIMESTAMP(3), WATERMARK FOR at_time AS at_time
) WITH ('connector' = 'kafka', 'topic' = 'ev', 'format' = 'json');
"""
WINDOW = "TABLE(TUMBLE(TABLE ev, DESCRIPTOR(seen), INTERVAL '1' MINUTE))"
SESSION = "TABLE(SESSION(TABLE ev PARTITION BY k, DESCRIPTOR(seen), INTERVAL '1' MINUTE))"
RANGE = "RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW"
JOIN = "JOIN ev AS b ON a.k = b.k AND a.seen BETWEEN b.seen - INTERVAL '1' MINUTE AND b.seen"
BY_WINDOW = "GROUP BY k, window_start, window_end"
BY_TIME = "a window by processing time"

QUERIES = [
    (f"SELECT k, COUNT(*) FROM {WINDOW} {BY_WINDOW}", BY_TIME),
    (f"SELECT k, COUNT(*) FROM {SESSION} {BY_WINDOW}", BY_TIME),
    ("SELECT k, COUNT(*) FROM ev GROUP BY k, TUMBLE(seen, INTERVAL '1' MINUTE)", BY_TIME),
    (
        f"SELECT k, COUNT(*) OVER (PARTITION BY k ORDER BY seen {RANGE}) FROM ev",
        "OVER a range of processing time",
    ),
    ("SELECT k, b FROM ev ORDER BY seen", "ORDER BY processing time"),
    (f"SELECT a.k, b.b FROM ev AS a LEFT {JOIN}", "an outer join within a processing time"),
    (f"SELECT k, COUNT(*) FROM {WINDOW} GROUP BY k", None),
    ("SELECT k, COUNT(*) OVER (PARTITION BY k ORDER BY seen) FROM ev", None),
    (f"SELECT k, COUNT(*) OVER (PARTITION BY k ORDER BY at_time {RANGE}) FROM ev", None),
    (f"SELECT a.k, b.b FROM ev AS a {JOIN}", None),
    (f"SELECT k, COUNT(*) FROM {WINDOW.replace('seen', 'at_time')} {BY_WINDOW}", None),
]


@pytest.fixture
def planned(plan, tmp_path):
    """Plan a file of aggregates over ``ev``."""
    for room in ("sources", "aggregates"):
        (tmp_path / "sql" / room).mkdir(parents=True)
    (tmp_path / "sql/sources/ev.sql").write_text(SOURCE, "utf-8")

    def planned(sql):
        (tmp_path / "sql/aggregates/a.sql").write_text(sql, "utf-8")
        (job,) = plan(tmp_path, "sql/aggregates/a.sql")
        return job

    return planned


def test_what_waits_for_the_clock_is_found_in_the_plan(planned):
    tables = [
        f"CREATE TABLE o{place} (k STRING NOT NULL, n BIGINT) WITH ('connector' = 'print')"
        for place in range(len(QUERIES))
    ]
    inserts = [f"INSERT INTO o{place} {query}" for place, (query, _) in enumerate(QUERIES)]
    job = planned(";\n".join([*tables, *inserts]) + ";\n")
    found = {name: what for name, _, what in clocked(job)}
    assert found == {f"o{place}": what for place, (_, what) in enumerate(QUERIES) if what}


def test_a_bounded_run_of_it_is_refused_with_its_place(planned):
    job = planned(
        "-- How many in each minute?\nCREATE MATERIALIZED TABLE minutes (PRIMARY KEY (k, window_end) NOT ENFORCED)\n"
        f"AS SELECT k, window_end, COUNT(*) AS n FROM {WINDOW} {BY_WINDOW};\n"
    )
    with pytest.raises(WaitsForClock) as refused:
        refuse_waiting([job])
    assert str(refused.value) == (
        "sql/aggregates/a.sql:2:27: 'minutes' has a window by processing time: a bounded run ends before it closes, "
        "and would drop its last rows\n"
        "hint: run it without --bounded: tally run sql/aggregates/a.sql; "
        "or take its windows over an event time, which the end of the input closes"
    )
    assert refused.value.exit_code == 2
