"""Rows that came after their window had closed go to the `.late` topic; with the counted ones they are all rows."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from tally.serving.late_summary import summarize_late
from tests.e2e.dead_letters import run_and_kill
from tests.e2e.late_rows import MINUTE, Disordered, LateRow, late_rows, milliseconds
from tests.e2e.workbench import Workbench

# With a watermark for each event, and without the clock, what is late does not hang on when events are read.
EVENTS = """
CREATE TABLE events (
  user_id STRING NOT NULL,
  event_ms BIGINT NOT NULL,
  p INT NOT NULL METADATA FROM 'partition' VIRTUAL,
  o BIGINT NOT NULL METADATA FROM 'offset' VIRTUAL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '20' SECOND
) WITH (
  'connector' = 'kafka', 'topic' = '${T}-events', 'format' = 'json', 'scan.watermark.emit.strategy' = 'on-event',
  'event-time.clock' = 'false'%s
);
"""
IDENTITIES = "LISTAGG(CAST(p AS STRING) || '-' || CAST(o AS STRING)) AS events"
WINDOWED = """
CREATE MATERIALIZED TABLE {name} (PRIMARY KEY (user_id, window_start, window_end) NOT ENFORCED)
WITH ('sinks' = 'cassandra')
AS SELECT user_id, window_start, window_end, {identities}
FROM TABLE({window}) GROUP BY user_id, window_start, window_end;
"""
TUMBLING = "TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)"
HOPPING = "HOP(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE, INTERVAL '3' MINUTE)"
CUMULATING = "CUMULATE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE, INTERVAL '4' MINUTE)"


def windowed(name: str, window: str) -> str:
    return WINDOWED.format(name=name, window=window, identities=IDENTITIES)


def shop(bench: Workbench, partitions: int, *files: str, options: str = "") -> str:
    bench.write({f"sql/aggregates/a{number}.sql": sql for number, sql in enumerate(files)})
    bench.write({"sql/sources/events.sql": EVENTS % options})
    return bench.topic("events", partitions)


def late(bench: Workbench, aggregate: str) -> list[LateRow]:
    found = late_rows(bench.kafka, f"{bench.prefix}-events.late")
    return [one for one in found if one.said["aggregate"] == aggregate]


def counted(bench: Workbench, aggregate: str) -> Counter[tuple[str, int, int]]:
    """Return each counted event with the window that it was counted in."""
    rows = bench.rows(aggregate, "window_start, window_end, events")
    return Counter(
        (event, milliseconds(start), milliseconds(end))
        for start, end, events in rows
        for event in events.split(",")
    )


def refused(bench: Workbench, aggregate: str) -> Counter[tuple[str, int, int]]:
    return Counter((one.identity, *one.window) for one in late(bench, aggregate))


@pytest.mark.parametrize("parallelism", [1, 2, 3])
def test_each_row_is_counted_or_late_in_each_of_its_windows(bench: Workbench, parallelism: int) -> None:
    bench.settings["TALLY_FLINK_PARALLELISM"] = str(parallelism)
    topic = shop(
        bench,
        4,
        windowed("minutes", TUMBLING),
        windowed("hops", HOPPING) + windowed("sums", CUMULATING),
    )
    load = Disordered(seed=parallelism, partitions=4)
    load.produce(bench.kafka, topic, 3_000)

    bench.run(bounded=True)

    expected = {
        "minutes": load.tumbling(MINUTE),
        "hops": load.hopping(MINUTE, 3 * MINUTE),
        "sums": load.cumulating(MINUTE, 4 * MINUTE),
    }
    for aggregate, pairs in expected.items():
        assert counted(bench, aggregate) + refused(bench, aggregate) == pairs
        assert len(refused(bench, aggregate)) > 20
    shown = summarize_late(bench.kafka, f"{topic}.late", "events", 1)
    assert {name: missed.rows for name, missed in shown.missed.items()} == {
        aggregate: refused(bench, aggregate).total() for aggregate in expected
    }
    assert (shown.foreign, shown.other_tables) == (0, {})


@pytest.mark.parametrize("seed", [1, 2])
def test_each_row_is_counted_or_late_in_a_job_that_is_killed_and_goes_on(bench: Workbench, seed: int) -> None:
    """Killed after a few checkpoints, with more to read, and begun again at another parallelism."""
    chance = random.Random(seed)
    topic = shop(bench, 3, windowed("minutes", TUMBLING) + windowed("hops", HOPPING))
    load = Disordered(seed=seed, partitions=3)
    for _ in range(3):
        bench.settings["TALLY_FLINK_PARALLELISM"] = str(chance.choice([1, 2, 3]))
        load.produce(bench.kafka, topic, 600)
        with run_and_kill(bench) as run:
            run.until_checkpointed("a0", chance.choice([1, 2, 3]))
            load.produce(bench.kafka, topic, chance.randrange(600))
    expected = {"minutes": load.tumbling(MINUTE), "hops": load.hopping(MINUTE, 3 * MINUTE)}
    load.close(bench.kafka, topic)

    bench.settings["TALLY_FLINK_PARALLELISM"] = "2"
    bench.run(until=bench.read_all(topic))

    # All windows but that of the closing events have closed, and the last checkpoint covers their rows.
    assert {name: counted(bench, name) + refused(bench, name) for name in expected} == expected


OTHERS = EVENTS.replace("events (", "others (").replace("-events", "-others")
VIEWS = """
CREATE VIEW known AS SELECT user_id, event_time, CAST(p AS STRING) || '-' || CAST(o AS STRING) AS e FROM events;
CREATE VIEW renamed AS SELECT user_id AS who, event_time AS at_time, e FROM known WHERE user_id <> 'u9';
CREATE VIEW both_of_them AS SELECT user_id, event_time, e FROM known
UNION ALL SELECT user_id, event_time, 'other' || CAST(p AS STRING) || '-' || CAST(o AS STRING) FROM others;
"""
LISTED = """
CREATE MATERIALIZED TABLE {name} (PRIMARY KEY ({key}) NOT ENFORCED) WITH ('sinks' = 'cassandra') AS {query};
"""
SESSIONS_BY_USER = """
SELECT user_id, window_start, LISTAGG(e) AS events
FROM TABLE(SESSION(TABLE known PARTITION BY user_id, DESCRIPTOR(event_time), INTERVAL '2' SECOND))
GROUP BY user_id, window_start, window_end"""
OF_VIEW = """
SELECT who, window_end, LISTAGG(e) AS events
FROM TABLE(TUMBLE(TABLE renamed, DESCRIPTOR(at_time), INTERVAL '1' MINUTE, INTERVAL '10' SECOND))
GROUP BY who, window_start, window_end"""
OF_UNION = """
SELECT window_start, LISTAGG(e) AS events
FROM TABLE(TUMBLE(TABLE both_of_them, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end"""
OF_FILTERED = """
WITH recent AS (
  SELECT * FROM TABLE(HOP(TABLE known, DESCRIPTOR(event_time), INTERVAL '1' MINUTE, INTERVAL '1' MINUTE))
  WHERE window_start >= TIMESTAMP '2000-01-01 00:00:00'
)
SELECT window_start, LISTAGG(e) AS events FROM recent GROUP BY window_start, window_end"""
RANKED = """
SELECT window_start, place, e AS events FROM (
  SELECT window_start, e, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY e) AS place
  FROM TABLE(TUMBLE(TABLE known, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))
) WHERE place <= 100000"""
GROUPED = """
SELECT TUMBLE_START(event_time, INTERVAL '1' MINUTE) AS window_start, LISTAGG(e) AS events
FROM known GROUP BY TUMBLE(event_time, INTERVAL '1' MINUTE)"""
GROUPED_SESSIONS = """
SELECT user_id, SESSION_START(event_time, INTERVAL '2' SECOND) AS window_start, LISTAGG(e) AS events
FROM known GROUP BY user_id, SESSION(event_time, INTERVAL '2' SECOND)"""
OVER = """
SELECT user_id, LISTAGG(e) AS events, MAX(before_it) AS most FROM (
  SELECT user_id, e, COUNT(*) OVER (
    PARTITION BY user_id ORDER BY event_time RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW
  ) AS before_it FROM known
) GROUP BY user_id"""
SHAPES = {
    "sessions": ("user_id, window_start", SESSIONS_BY_USER),
    "of_view": ("who, window_end", OF_VIEW),
    "of_union": ("window_start", OF_UNION),
    "of_filtered": ("window_start", OF_FILTERED),
    "ranked": ("window_start, place", RANKED),
    "grouped": ("window_start", GROUPED),
    "grouped_sessions": ("user_id, window_start", GROUPED_SESSIONS),
    "over_a_minute": ("user_id", OVER),
}


def test_each_row_of_many_shapes_is_counted_or_late(bench: Workbench) -> None:
    bench.settings["TALLY_FLINK_PARALLELISM"] = "2"
    sql = "".join(LISTED.format(name=name, key=key, query=query) for name, (key, query) in SHAPES.items())
    topic = shop(bench, 2, VIEWS + sql)
    bench.write({"sql/sources/others.sql": OTHERS % ""})
    load, others = Disordered(seed=5, partitions=2), Disordered(seed=6, partitions=2)
    load.produce(bench.kafka, topic, 1_000)
    others.produce(bench.kafka, bench.topic("others", 2), 1_000)
    every = Counter(dict.fromkeys(load.times, 1))
    both = every + Counter(dict.fromkeys((f"other{one}" for one in others.times), 1))

    progress = bench.run(bounded=True)

    for one in progress:
        said = late(bench, one.aggregate)
        events = (row[0] for row in bench.rows(one.aggregate, "events"))
        found = Counter(event for listed in events for event in listed.split(","))
        assert len(said) > 20, one.aggregate
        assert found + Counter(row.identity for row in said) == (
            both if one.aggregate == "of_union" else every
        )
        # What an operator drops itself would be counted there as well.
        assert one.late == len(said), one.aggregate


OTHER_KNOWN = """
CREATE VIEW other_known AS
SELECT user_id, event_time, CAST(p AS STRING) || '-' || CAST(o AS STRING) AS e FROM others;
"""
JOINED = """
CREATE MATERIALIZED TABLE in_time (PRIMARY KEY (user_id) NOT ENFORCED) WITH ('sinks' = 'cassandra') AS
SELECT l.user_id, LISTAGG(l.e || '=' || r.e) AS pairs FROM known l JOIN other_known r ON l.user_id = r.user_id
AND r.event_time BETWEEN l.event_time - INTERVAL '2' SECOND AND l.event_time GROUP BY l.user_id;
CREATE MATERIALIZED TABLE in_windows (PRIMARY KEY (user_id) NOT ENFORCED) WITH ('sinks' = 'cassandra') AS
SELECT l.user_id, LISTAGG(l.e || '=' || r.e) AS pairs
FROM (SELECT * FROM TABLE(TUMBLE(TABLE known, DESCRIPTOR(event_time), INTERVAL '10' SECOND))) l
JOIN (SELECT * FROM TABLE(TUMBLE(TABLE other_known, DESCRIPTOR(event_time), INTERVAL '10' SECOND))) r
ON l.user_id = r.user_id AND l.window_start = r.window_start AND l.window_end = r.window_end GROUP BY l.user_id;
CREATE MATERIALIZED TABLE before_it (PRIMARY KEY (user_id) NOT ENFORCED) WITH ('sinks' = 'cassandra') AS
SELECT user_id, LISTAGG(e || '=' || CAST(n AS STRING)) AS pairs FROM (
  SELECT user_id, e, COUNT(*) OVER (
    PARTITION BY user_id ORDER BY event_time RANGE BETWEEN INTERVAL '2' SECOND PRECEDING AND CURRENT ROW
  ) AS n FROM known
) GROUP BY user_id;
"""


def test_rows_that_pass_the_gates_of_joins_and_of_over_are_joined_and_counted(bench: Workbench) -> None:
    """Each row that is not late meets all others that are not."""
    topic = shop(bench, 2, VIEWS + OTHER_KNOWN + JOINED)
    bench.write({"sql/sources/others.sql": OTHERS % ""})
    load, others = Disordered(seed=7, partitions=2), Disordered(seed=8, partitions=2)
    load.produce(bench.kafka, topic, 600)
    others.produce(bench.kafka, bench.topic("others", 2), 600)

    bench.run(bounded=True)

    def on_time(aggregate: str, source: str, one: Disordered) -> list[tuple[str, str, int]]:
        said = late_rows(bench.kafka, f"{bench.prefix}-{source}.late")
        dropped = {row.identity for row in said if row.said["aggregate"] == aggregate}
        assert dropped or source == "others"
        return [(e, one.users[e], at) for e, at in one.times.items() if e not in dropped]

    def pairs(aggregate: str) -> Counter[str]:
        return Counter(pair for (listed,) in bench.rows(aggregate, "pairs") for pair in listed.split(","))

    def met(aggregate: str, meets: Callable[[int, int], bool]) -> Counter[str]:
        left, right = on_time(aggregate, "events", load), on_time(aggregate, "others", others)
        return Counter(f"{e}={f}" for e, u, at in left for f, v, to in right if u == v and meets(at, to))

    assert pairs("in_time") == met("in_time", lambda at, to: at - 2000 <= to <= at)
    assert pairs("in_windows") == met("in_windows", lambda at, to: at // 10_000 == to // 10_000)
    mine = on_time("before_it", "events", load)
    assert pairs("before_it") == Counter(
        f"{e}={sum(u == v and at - 2000 <= to <= at for _, v, to in mine)}" for e, u, at in mine
    )
