"""Gates of late rows: ahead of which operators they stand, and of which source they set rows aside."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tally.planning.errors import IdleBesideClock, UngatedWindow
from tally.planning.job import Window

SOURCE = """
CREATE TABLE {name} (
  user_id STRING NOT NULL, amount INT NOT NULL, event_ms BIGINT NOT NULL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3), WATERMARK FOR event_time AS event_time - INTERVAL '1' MINUTE
) WITH ('connector' = 'kafka', 'topic' = '{topic}', 'format' = 'json'{options});
"""
VERSIONS = """
CREATE TABLE versions (
  user_id STRING NOT NULL, level INT NOT NULL, since TIMESTAMP_LTZ(3) NOT NULL,
  PRIMARY KEY (user_id) NOT ENFORCED, WATERMARK FOR since AS since
) WITH ('connector' = 'upsert-kafka', 'topic' = 'versions', 'key.format' = 'json', 'value.format' = 'json');
"""


SHOUT = """
from pyflink.table.udf import udf

@udf(result_type="STRING")
def shout(text):
    return text.upper()
"""


@pytest.fixture
def planned(plan, tmp_path: Path):
    """Plan a file of aggregates over the Kafka sources ``events`` and ``others``."""

    def planned(sql: str, options: str = "", topic: str = "events"):
        files = {
            "sql/sources/events.sql": SOURCE.format(name="events", topic=topic, options=options),
            "sql/sources/others.sql": SOURCE.format(name="others", topic="others", options=""),
            "sql/sources/versions.sql": VERSIONS,
            "sql/functions/shout.sql": "CREATE FUNCTION shout AS 'udfs.texts.shout' LANGUAGE PYTHON;",
            "udfs/__init__.py": "",
            "udfs/texts.py": SHOUT,
            "sql/aggregates/a.sql": sql,
        }
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, "utf-8")
        (job,) = plan(tmp_path, "sql/aggregates/a.sql")
        return job

    return planned


def aggregate(query: str, key: str = "user_id") -> str:
    return f"CREATE MATERIALIZED TABLE a (PRIMARY KEY ({key}) NOT ENFORCED) AS {query};"


def windowed(window: str, key: str = "user_id, window_start, window_end", where: str = "") -> str:
    return aggregate(
        f"SELECT user_id, window_start, window_end, COUNT(*) AS n FROM TABLE({window}) {where} "
        "GROUP BY user_id, window_start, window_end",
        key,
    )


def gates(job):
    """Return of each gate: type of its node, input, kind, source, and whether its rows are known records."""
    types = {node["id"]: node["type"].removeprefix("stream-exec-")[:-2] for node in job.plan.nodes}
    return [(types[g.node], g.input, g.kind, g.source, bool(g.identity)) for g in job.gates]


def of(table: str, size: str = "INTERVAL '1' MINUTE") -> str:
    return f"TABLE {table}, DESCRIPTOR(event_time), {size}"


MINUTES = "INTERVAL '1' MINUTE, INTERVAL '3' MINUTE"
LOCAL, GLOBAL = "local-window-aggregate", "window-aggregate"
UNION = "CREATE VIEW both_of_them AS SELECT * FROM others UNION ALL SELECT * FROM events;"
SHAPES = {
    "tumbling": (windowed(f"TUMBLE({of('events')})"), [(LOCAL, 0, "tumbling", "events", True)]),
    "hopping": (windowed(f"HOP({of('events', MINUTES)})"), [(GLOBAL, 0, "hopping", "events", True)]),
    "cumulating": (
        windowed(f"CUMULATE({of('events', MINUTES)})"),
        [(GLOBAL, 0, "cumulating", "events", True)],
    ),
    "session": (
        windowed(f"SESSION({of('events PARTITION BY user_id')})"),
        [(GLOBAL, 0, "session", "events", True)],
    ),
    "of chosen windows": (
        windowed(
            f"HOP({of('events', MINUTES)})", where="WHERE window_start > TIMESTAMP '2000-01-01 00:00:00'"
        ),
        [(LOCAL, 0, "attached", "events", False)],
    ),
    "of a union": (
        UNION + windowed(f"TUMBLE({of('both_of_them')})"),
        [(LOCAL, 0, "tumbling", "others", False)],
    ),
    "of a union with what has no late rows": (
        "CREATE TABLE made (user_id STRING NOT NULL, amount INT NOT NULL, event_ms BIGINT NOT NULL, "
        "event_time AS TO_TIMESTAMP_LTZ(event_ms, 3), WATERMARK FOR event_time AS event_time) "
        "WITH ('connector' = 'datagen');"
        + UNION.replace("others", "made")
        + windowed(f"TUMBLE({of('both_of_them')})"),
        [(LOCAL, 0, "tumbling", "events", False)],
    ),
    "of ranked sessions": (
        aggregate(
            "SELECT window_end, place, user_id FROM (SELECT window_end, user_id, ROW_NUMBER() OVER ("
            "PARTITION BY window_start, window_end ORDER BY amount DESC) AS place "
            f"FROM TABLE(SESSION({of('events PARTITION BY user_id')}))) WHERE place <= 3",
            "window_end, place",
        ),
        [
            ("window-table-function", 0, "session", "events", False),
            ("window-rank", 0, "attached", "events", False),
        ],
    ),
    "of windows of windows": (
        aggregate(
            "SELECT window_end, SUM(n) AS n FROM ("
            "SELECT user_id, window_start, window_end, COUNT(*) AS n "
            f"FROM TABLE(TUMBLE({of('events')})) GROUP BY user_id, window_start, window_end"
            ") GROUP BY window_start, window_end",
            "window_end",
        ),
        [(LOCAL, 0, "tumbling", "events", True), (LOCAL, 0, "attached", "events", False)],
    ),
    "ranked": (
        aggregate(
            "SELECT window_end, place, user_id FROM (SELECT window_end, user_id, ROW_NUMBER() OVER ("
            "PARTITION BY window_start, window_end ORDER BY amount DESC) AS place "
            f"FROM TABLE(TUMBLE({of('events')}))) WHERE place <= 3",
            "window_end, place",
        ),
        [("window-rank", 0, "attached", "events", False)],
    ),
    "latest of each window": (
        aggregate(
            "SELECT user_id, window_end, amount FROM (SELECT *, ROW_NUMBER() OVER ("
            "PARTITION BY window_start, window_end, user_id ORDER BY event_time DESC) AS place "
            f"FROM TABLE(TUMBLE({of('events')}))) WHERE place = 1",
            "user_id, window_end",
        ),
        [("window-deduplicate", 0, "attached", "events", False)],
    ),
    "joined windows": (
        aggregate(
            "SELECT l.user_id, COUNT(*) AS n FROM (SELECT * FROM "
            f"TABLE(TUMBLE({of('events')}))) l JOIN (SELECT * FROM TABLE(TUMBLE({of('others')}))) r "
            "ON l.user_id = r.user_id AND l.window_start = r.window_start AND l.window_end = r.window_end "
            "GROUP BY l.user_id",
        ),
        [
            ("window-join", 0, "attached", "events", False),
            ("window-join", 1, "attached", "others", False),
        ],
    ),
    "joined in time": (
        aggregate(
            "SELECT e.user_id, COUNT(*) AS n FROM events e JOIN others o ON e.user_id = o.user_id "
            "AND o.event_time BETWEEN e.event_time - INTERVAL '1' MINUTE AND e.event_time GROUP BY e.user_id"
        ),
        [("interval-join", 0, "moment", "events", False), ("interval-join", 1, "moment", "others", False)],
    ),
    "windows of what was joined in time": (
        "CREATE VIEW joined AS SELECT e.user_id, o.event_time FROM events e JOIN others o "
        "ON e.user_id = o.user_id AND o.event_time BETWEEN e.event_time - INTERVAL '1' MINUTE AND e.event_time;"
        + windowed(f"TUMBLE({of('joined')})"),
        [
            ("interval-join", 0, "moment", "events", False),
            ("interval-join", 1, "moment", "others", False),
            (LOCAL, 0, "tumbling", "others", False),
        ],
    ),
    "joined to a version": (
        aggregate(
            "SELECT e.user_id, MAX(v.level) AS level FROM events e "
            "LEFT JOIN versions FOR SYSTEM_TIME AS OF e.event_time AS v ON e.user_id = v.user_id GROUP BY e.user_id"
        ),
        [("temporal-join", 0, "moment", "events", False)],
    ),
    "over": (
        aggregate(
            "SELECT user_id, MAX(n) AS n FROM (SELECT user_id, COUNT(*) OVER (PARTITION BY user_id "
            "ORDER BY event_time RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW) AS n FROM events) "
            "GROUP BY user_id"
        ),
        [("over-aggregate", 0, "moment", "events", False)],
    ),
    "matched": (
        aggregate(
            "SELECT user_id, COUNT(*) AS n FROM events MATCH_RECOGNIZE (PARTITION BY user_id ORDER BY event_time "
            "MEASURES A.amount AS amount ONE ROW PER MATCH PATTERN (A) DEFINE A AS A.amount > 3) GROUP BY user_id"
        ),
        [("match", 0, "moment", "events", True)],
    ),
    "grouped by TUMBLE": (
        aggregate(
            "SELECT user_id, TUMBLE_END(event_time, INTERVAL '1' MINUTE) AS until, COUNT(*) AS n FROM events "
            "GROUP BY user_id, TUMBLE(event_time, INTERVAL '1' MINUTE)",
            "user_id, until",
        ),
        [("group-window-aggregate", 0, "tumbling", "events", True)],
    ),
    "grouped by SESSION": (
        aggregate(
            "SELECT user_id, SESSION_END(event_time, INTERVAL '1' MINUTE) AS until, COUNT(*) AS n FROM events "
            "GROUP BY user_id, SESSION(event_time, INTERVAL '1' MINUTE)",
            "user_id, until",
        ),
        [("group-window-aggregate", 0, "session", "events", True)],
    ),
    "of a Python function": (
        "CREATE VIEW loud AS SELECT user_id, shout(user_id) AS name, event_time FROM events WHERE amount > 0;"
        + windowed(f"TUMBLE({of('loud')})").replace("COUNT(*)", "MAX(name)"),
        [(LOCAL, 0, "tumbling", "events", True)],
    ),
    "unbounded": (aggregate("SELECT user_id, COUNT(*) AS n FROM events GROUP BY user_id"), []),
    "latest row": (
        aggregate(
            "SELECT user_id, amount FROM (SELECT *, ROW_NUMBER() OVER ("
            "PARTITION BY user_id ORDER BY event_time DESC) AS place FROM events) WHERE place = 1"
        ),
        [],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_gate_stands_ahead_of_what_would_drop_late_rows(planned, shape):
    sql, expected = SHAPES[shape]
    assert gates(planned(sql)) == expected


@pytest.mark.parametrize(
    ("written", "offset"),
    [
        ("INTERVAL '-8' HOUR", timedelta(hours=-8)),
        ("INTERVAL '-07:30' HOUR TO MINUTE", timedelta(hours=-7, minutes=-30)),
        ("INTERVAL '5' HOUR", timedelta(hours=5)),
    ],
)
def test_a_gate_has_the_offset_of_its_windows(planned, written, offset):
    size = f"INTERVAL '1' DAY, {written}"
    job = planned(windowed(f"TUMBLE({of('events', size)})"))
    assert [(gate.size, gate.offset) for gate in job.gates] == [(timedelta(days=1), offset)]
    assert job.aggregates[0].window == Window("tumbling", timedelta(days=1))


def test_the_first_row_by_event_time_is_gated_where_it_drops_late_ones(planned):
    first = aggregate(
        "SELECT user_id, amount FROM (SELECT *, ROW_NUMBER() OVER ("
        "PARTITION BY user_id ORDER BY event_time) AS place FROM events) WHERE place = 1"
    )
    assert gates(planned(first)) == [("deduplicate", 0, "moment", "events", False)]
    mini_batch = (
        "SET 'table.exec.mini-batch.enabled' = 'true'; SET 'table.exec.mini-batch.size' = '100';"
        "SET 'table.exec.mini-batch.allow-latency' = '1 s';"
    )
    assert gates(planned(mini_batch + first)) == []


def test_a_gate_knows_what_its_node_feeds(planned):
    job = planned(
        windowed(f"TUMBLE({of('events')})")
        + aggregate(
            "SELECT window_end, COUNT(*) AS n FROM "
            f"TABLE(TUMBLE({of('events', chr(32).join(['INTERVAL', repr('2'), 'MINUTE']))})) "
            "GROUP BY window_start, window_end",
            "window_end",
        ).replace("TABLE a ", "TABLE b ")
    )
    assert [gate.feeds for gate in job.gates] == [("a",), ("b",)]


def test_the_record_of_a_row_is_told_with_its_topic_where_there_are_several(planned):
    sql = windowed(f"TUMBLE({of('events')})")
    one, several = planned(sql), planned(sql, topic="events;more")
    assert [len(job.gates[0].identity) for job in (one, several)] == [2, 3]
    assert [job.sources[0].late_topic for job in (one, several)] == ["events.late", "events.late"]


def test_windows_are_aggregated_in_one_step_where_a_task_may_count_as_idle(planned):
    options = ", 'scan.watermark.idle-timeout' = '1 min', 'event-time.clock' = 'false'"
    job = planned(windowed(f"TUMBLE({of('events')})"), options)
    assert gates(job) == [(GLOBAL, 0, "tumbling", "events", True)]
    assert job.options == {"table.optimizer.agg-phase-strategy": "ONE_PHASE"}


def test_partitions_of_a_source_with_the_clock_on_may_not_count_as_idle(planned):
    """Flink decides that by a pause in reading, behind which the clock would take over."""
    sql = windowed(f"TUMBLE({of('events')})")
    with pytest.raises(IdleBesideClock) as of_table:
        planned(sql, ", 'scan.watermark.idle-timeout' = '1 min'")
    assert str(of_table.value) == (
        "sql/sources/events.sql:2:14: 'scan.watermark.idle-timeout' is of no use to 'events', whose time goes on by "
        "the clock: after a pause in reading, rows would be late\n"
        "hint: leave it out: an empty partition holds nothing back; or set 'event-time.clock' = 'false' on the source"
    )
    with pytest.raises(IdleBesideClock) as of_all:
        planned("SET 'table.exec.source.idle-timeout' = '1 min';\n" + sql)
    assert str(of_all.value).startswith("sql/aggregates/a.sql:2:")
    assert "'table.exec.source.idle-timeout' is of no use to 'events'" in str(of_all.value)


def test_a_window_that_cannot_be_gated_is_refused(planned):
    with pytest.raises(UngatedWindow) as refused:
        planned(
            aggregate(
                "SELECT user_id, HOP_END(event_time, INTERVAL '1' MINUTE, INTERVAL '3' MINUTE) AS until, "
                "COUNT(*) AS n FROM events "
                "GROUP BY user_id, HOP(event_time, INTERVAL '1' MINUTE, INTERVAL '3' MINUTE)",
                "user_id, until",
            )
        )
    assert str(refused.value) == (
        "sql/aggregates/a.sql:1:27: GROUP BY HOP(...) cannot be kept right: "
        "a row that is late for one window would overwrite its result\n"
        "hint: write FROM TABLE(HOP(TABLE events, DESCRIPTOR(event_time), slide, size)) ... "
        "GROUP BY window_start, window_end"
    )
