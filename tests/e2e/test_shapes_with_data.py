"""Queries of less common shapes over events out of order: whole results, whole late rows, accounts that come out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

import pytest

from tally.serving.account_sums import name_of, sums
from tests.e2e.dead_letters import letters
from tests.e2e.late_rows import late_rows, milliseconds
from tests.e2e.shapes import (
    Arrived,
    Load,
    Versions,
    Window,
    by_user,
    minute,
    moment,
    session,
    two_minutes,
    versions,
)
from tests.e2e.test_account import figures, records
from tests.e2e.workbench import Workbench

OPTIONS = """'format' = 'json', 'scan.watermark.emit.strategy' = 'on-event',
  'event-time.clock' = 'false', 'dead-letter.max-share' = '1'"""
EVENTS = f"""
CREATE TABLE events (
  user_id STRING NOT NULL, item STRING NOT NULL, amount INT NOT NULL, event_ms BIGINT NOT NULL,
  o BIGINT NOT NULL METADATA FROM 'offset' VIRTUAL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '20' SECOND
) WITH ('connector' = 'kafka', 'topic' = '${{T}}-events', {OPTIONS});
"""
LEVELS = f"""
CREATE TABLE levels (
  item STRING NOT NULL, level INT NOT NULL, since_ms BIGINT NOT NULL,
  since AS TO_TIMESTAMP_LTZ(since_ms, 3), WATERMARK FOR since AS since
) WITH ('connector' = 'kafka', 'topic' = '${{T}}-levels', {OPTIONS});
"""
VERSIONED = """
CREATE TABLE versions (
  item STRING NOT NULL, level INT NOT NULL, since_ms BIGINT NOT NULL,
  since AS TO_TIMESTAMP_LTZ(since_ms, 3), WATERMARK FOR since AS since, PRIMARY KEY (item) NOT ENFORCED
) WITH ('connector' = 'upsert-kafka', 'topic' = '${T}-versions', 'key.format' = 'json', 'value.format' = 'json');
"""
LATEST_LEVELS = """
CREATE VIEW latest_levels AS SELECT item, level, since FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY item ORDER BY since DESC) AS place FROM levels) WHERE place = 1;
"""
LOUD = """
CREATE VIEW loud AS
SELECT user_id, shout('e' || CAST(o AS STRING)) AS e, event_time FROM events WHERE shout(item) <> 'I7';
"""
SHOUT = """
from pyflink.table.udf import udf


def louder(text):
    return text.upper()


shout = udf(louder, result_type="STRING")
"""
AGGREGATE = """
CREATE MATERIALIZED TABLE {name} (PRIMARY KEY ({key}) NOT ENFORCED) WITH ('sinks' = 'cassandra') AS {query};
"""
MATCHED = """
SELECT user_id, LISTAGG(pair) AS pairs FROM events MATCH_RECOGNIZE (
  PARTITION BY user_id ORDER BY event_time
  MEASURES CAST(LOW.o AS STRING) || '=' || CAST(HIGH.o AS STRING) AS pair
  ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW
  PATTERN (LOW HIGH) DEFINE LOW AS LOW.amount < 50, HIGH AS HIGH.amount >= 50
) GROUP BY user_id"""
LOUD_MINUTES = """
SELECT user_id, window_start, LISTAGG(e) AS events
FROM TABLE(TUMBLE(TABLE loud, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))
GROUP BY user_id, window_start, window_end"""
SESSIONS = "TABLE(SESSION(TABLE events PARTITION BY user_id, DESCRIPTOR(event_time), INTERVAL '2' SECOND))"
COUNTED_SESSIONS = f"""
SELECT user_id, window_start, window_end, COUNT(*) AS n FROM {SESSIONS}
GROUP BY user_id, window_start, window_end"""
LONGEST_SESSIONS = f"""
SELECT user_id, place, window_start, n FROM (SELECT *, ROW_NUMBER() OVER (
  PARTITION BY user_id ORDER BY n DESC, window_start) AS place FROM ({COUNTED_SESSIONS})) WHERE place <= 3"""
LARGEST_OF_WINDOW = f"""
SELECT window_start, window_end, place, user_id, n FROM (SELECT *, ROW_NUMBER() OVER (
  PARTITION BY window_start, window_end ORDER BY n DESC, user_id) AS place
  FROM ({COUNTED_SESSIONS})) WHERE place <= 2"""
RANKED_SESSIONS = f"""
SELECT user_id, window_end, place, o, amount FROM (SELECT *, ROW_NUMBER() OVER (
  PARTITION BY window_start, window_end, user_id ORDER BY amount DESC, o) AS place
  FROM {SESSIONS}) WHERE place <= 2"""
JOINED = """
SELECT user_id, LISTAGG(CAST(o AS STRING) || '=' || COALESCE(CAST(level AS STRING), 'none')) AS pairs
FROM events LEFT JOIN {levels} FOR SYSTEM_TIME AS OF events.event_time ON events.item = {levels}.item
GROUP BY user_id"""
OF_WINDOW = """
SELECT user_id, window_end, o, amount FROM (SELECT *, ROW_NUMBER() OVER (
  PARTITION BY window_start, window_end, user_id ORDER BY event_time {direction}) AS place
  FROM TABLE({window})) WHERE place = 1"""
MINUTES = "TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)"
TWO_MINUTES = "HOP(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE)"
FIRST_ROWS = """
SELECT item, o, amount FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY item ORDER BY event_time) AS place FROM events)
WHERE place = 1"""
# By file. Where all that reads a source hands records on, a late row says which it was.
SHAPES = {
    "identified": {
        "matched": ("user_id", MATCHED),
        "loud_minutes": ("user_id, window_start", LOUD_MINUTES),
        "longest_sessions": ("user_id, place", LONGEST_SESSIONS),
        "largest_of_window": ("window_start, window_end, place", LARGEST_OF_WINDOW),
    },
    "others": {
        "ranked_sessions": ("user_id, window_end, place", RANKED_SESSIONS),
        "versioned": ("user_id", JOINED.format(levels="versions")),
        "leveled": ("user_id", JOINED.format(levels="latest_levels")),
        "last_of_window": ("user_id, window_end", OF_WINDOW.format(direction="DESC", window=MINUTES)),
        "first_of_window": ("user_id, window_end", OF_WINDOW.format(direction="ASC", window=TWO_MINUTES)),
        "first_rows": ("item", FIRST_ROWS),
    },
    "batched": {"first_rows_batched": ("item", FIRST_ROWS)},
}
COLUMNS = {
    "matched": "user_id, pairs",
    "loud_minutes": "user_id, window_start, events",
    "longest_sessions": "user_id, place, window_start, n",
    "largest_of_window": "window_start, window_end, place, user_id, n",
    "ranked_sessions": "user_id, window_end, place, o, amount",
    "versioned": "user_id, pairs",
    "leveled": "user_id, pairs",
    "last_of_window": "user_id, window_end, o, amount",
    "first_of_window": "user_id, window_end, o, amount",
    "first_rows": "item, o, amount",
    "first_rows_batched": "item, o, amount",
}
LISTED = ("matched", "loud_minutes", "versioned", "leveled")
# Mini-batches, which are on by default, hold watermarks back: without them it is known what is late.
AT_ONCE = "SET 'table.exec.mini-batch.enabled' = 'false';\n"
PREFACES = {"identified": AT_ONCE + LOUD, "others": AT_ONCE + LATEST_LEVELS, "batched": ""}


def write(bench: Workbench) -> None:
    """Write a job of each file, and what they read."""
    bench.write(
        {
            "sql/sources/events.sql": EVENTS,
            "sql/sources/levels.sql": LEVELS,
            "sql/sources/versions.sql": VERSIONED,
            "sql/functions/shout.sql": "CREATE FUNCTION shout AS 'udfs.texts.shout' LANGUAGE PYTHON;",
            "udfs/__init__.py": "",
            "udfs/texts.py": SHOUT,
        }
    )
    for file, shapes in SHAPES.items():
        aggregates = [
            AGGREGATE.format(name=name, key=key, query=query) for name, (key, query) in shapes.items()
        ]
        bench.write({f"sql/aggregates/{file}.sql": PREFACES[file] + "".join(aggregates)})


def produce(bench: Workbench, load: Load, levels: Versions) -> None:
    bench.produce(bench.topic("events"), [("k", message, None) for message in load.messages])
    bench.produce(bench.topic("levels"), [(None, message, None) for _, message in levels.messages])
    bench.produce(
        bench.topic("versions"), [(key.decode(), message, None) for key, message in levels.messages]
    )


def matches(load: Load) -> Iterator[tuple[Any, ...]]:
    """Yield of each user the neighbours of which the first is low and the second high."""
    for user, mine in by_user(load.in_time(lambda one: one.at)):
        pairs, at = set(), 0
        while at + 1 < len(mine):
            met = mine[at].amount < 50 <= mine[at + 1].amount
            if met:
                pairs.add(f"{mine[at].o}={mine[at + 1].o}")
            at += 1 + met
        yield user, pairs


def loud_minutes(load: Load) -> Iterator[tuple[Any, ...]]:
    events = [one for one in load.in_time(lambda one: minute(one)[0][1] - 1) if one.item != "i7"]
    for user, mine in by_user(events):
        for start in {minute(one)[0][0] for one in mine}:
            yield user, start, {f"E{one.o}" for one in mine if minute(one)[0][0] == start}


def longest_sessions(load: Load) -> Iterator[tuple[Any, ...]]:
    for user in ("u0", "u1", "u2"):
        mine = [(-len(one.events), one.start) for one in load.sessions() if one.user == user]
        yield from ((user, place, start, -n) for place, (n, start) in enumerate(sorted(mine)[:3], 1))


def largest_of_window(load: Load) -> Iterator[tuple[Any, ...]]:
    every = load.sessions()
    for start, end in {(one.start, one.end) for one in every}:
        same = sorted((-len(one.events), one.user) for one in every if (one.start, one.end) == (start, end))
        yield from ((start, end, place, user, -n) for place, (n, user) in enumerate(same[:2], 1))


def ranked_sessions(load: Load) -> Iterator[tuple[Any, ...]]:
    for one in load.sessions():
        best = sorted(one.events, key=lambda event: (-event.amount, event.o))[:2]
        yield from ((one.user, one.end, place, event.o, event.amount) for place, event in enumerate(best, 1))


def joined(load: Load, levels: Versions) -> Iterator[tuple[Any, ...]]:
    for user, mine in by_user(load.in_time(lambda one: one.at)):
        yield user, {f"{one.o}={levels.level(one.item, one.at)}" for one in mine}


def of_window(load: Load, windows: Callable[[Arrived], Iterable[Window]], place: int) -> set[tuple[Any, ...]]:
    """Return of each user and window the event at a place by time, of those that came while it was open."""
    found: dict[tuple[str, int], list[Arrived]] = {}
    for one in sorted(load.events, key=lambda one: one.at):
        for _, end in windows(one):
            if one.in_time(end - 1):
                found.setdefault((one.user, end), []).append(one)
    return {(*key, mine[place].o, mine[place].amount) for key, mine in found.items()}


def first_rows(events: Iterable[Arrived]) -> set[tuple[Any, ...]]:
    first = {one.item: one for one in sorted(events, key=lambda one: -one.at)}
    return {(one.item, one.o, one.amount) for one in first.values()}


def recounted(load: Load, levels: Versions) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each aggregate; what LISTAGG joins as a set."""
    rows: dict[str, Iterable[tuple[Any, ...]]] = {
        "matched": matches(load),
        "loud_minutes": loud_minutes(load),
        "longest_sessions": longest_sessions(load),
        "largest_of_window": largest_of_window(load),
        "ranked_sessions": ranked_sessions(load),
        "versioned": joined(load, levels),
        "leveled": joined(load, levels),
        "last_of_window": of_window(load, minute, -1),
        "first_of_window": of_window(load, two_minutes, 0),
        "first_rows": first_rows(load.in_time(lambda one: one.at)),
        "first_rows_batched": first_rows(load.events),
    }
    return {name: sorted(found, key=str) for name, found in rows.items()}


def served(bench: Workbench, name: str) -> list[tuple[Any, ...]]:
    """Return the rows of an aggregate as the recount has them."""
    rows = [
        tuple(milliseconds(value) if isinstance(value, datetime) else value for value in row)
        for row in bench.rows(name, COLUMNS[name])
    ]
    if name in LISTED:
        rows = [(*key, set(listed.split(","))) for *key, listed in rows]
    return sorted(rows, key=str)


def written(milliseconds: int, zone: str = "") -> str:
    """Return a moment as a late row has it."""
    seconds = datetime.fromtimestamp(milliseconds // 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{milliseconds % 1000:03}".rstrip("0").rstrip(".")
    return f"{seconds}{fraction}{zone}"


def columns_of(event: Arrived, window: Window) -> dict[str, object]:
    return {
        "user_id": event.user,
        "item": event.item,
        "amount": event.amount,
        "event_ms": event.at,
        "o": event.o,
        "event_time": written(event.at, "Z"),
        "e": f"E{event.o}",
        "window_start": written(window[0]),
        "window_end": written(window[1]),
    }


ALL = "user_id item amount event_ms o event_time"
# Of each gate, by the aggregates that it feeds: when a row is late, and the columns that the plan has there.
LATE: Mapping[str, tuple[Callable[[Arrived], list[Window]], str]] = {
    "matched": (moment, ALL),
    "loud_minutes": (minute, "user_id e event_time"),
    "longest_sessions, largest_of_window": (session, "user_id event_time"),
    "ranked_sessions": (session, ALL),
    "versioned": (moment, "user_id item o event_time"),
    "leveled": (moment, "user_id item o event_time"),
    "last_of_window": (minute, "user_id amount o event_time window_start window_end"),
    "first_of_window": (two_minutes, "user_id amount o event_time window_start window_end"),
    "first_rows": (moment, "item amount o event_time"),
}


def late(load: Load, aggregate: str, topic: str) -> Iterator[tuple[dict[str, object], dict[str, str]]]:
    """Yield the late rows of an aggregate as they must be: columns and headers."""
    windows, columns = LATE[aggregate]
    for one, window in load.late(windows):
        if aggregate == "loud_minutes" and one.item == "i7":
            continue
        said = {"table": "events", "aggregate": aggregate, "watermark": str(one.watermark)}
        said["late-by"] = str(one.watermark - window[1] + 1)
        if windows is not moment:
            said |= {"window-start": str(window[0]), "window-end": str(window[1])}
        if aggregate.split(",", maxsplit=1)[0] in SHAPES["identified"]:
            said |= {"topic": topic, "partition": "0", "offset": str(one.o)}
        every = columns_of(one, window)
        yield {name: every[name] for name in columns.split()}, said


def sorted_late(rows: Iterable[tuple[Mapping[str, object], Mapping[str, str]]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def sum_of(load: Load, times: int, late_: int, filtered: int, open_: int | None) -> tuple[Any, ...]:
    """Return the figures of a place where each event enters that often."""
    dead = {reason: times * number for reason, number in Counter(load.dead.values()).items()}
    pairs = times * len(load.events) - filtered
    return times * len(load.messages), dead, filtered, pairs, late_, pairs - late_, open_


@pytest.mark.parametrize("seed", [5])
def test_each_event_is_in_the_result_or_late_or_dead(bench: Workbench, seed: int) -> None:
    write(bench)
    load, levels = Load(seed), versions(seed + 1, 320)
    load.draw(1_500)
    produce(bench, load, levels)

    bench.run_by_command()

    for name, made in recounted(load, levels).items():
        assert served(bench, name) == made, name
    topic = f"{bench.prefix}-events"
    found = late_rows(bench.kafka, f"{topic}.late")
    expected = {aggregate: list(late(load, aggregate, topic)) for aggregate in LATE}
    assert min(map(len, expected.values())) > 50
    for name, rows in expected.items():
        of_it = [(one.row, one.said) for one in found if one.said["aggregate"] == name]
        assert sorted_late(of_it) == sorted_late(rows), name
    assert len(found) == sum(map(len, expected.values()))

    # Each job writes the letters of what it reads.
    dead = letters(bench.kafka, f"{topic}.dead")
    assert Counter((one.identity[1], one.said["reason"]) for one in dead) == {
        one: len(SHAPES) for one in load.dead.items()
    }
    assert_accounted(bench, load, levels, {name: len(rows) for name, rows in expected.items()})


def assert_accounted(bench: Workbench, load: Load, levels: Versions, late_: Mapping[str, int]) -> None:
    """Assert the sum of each place where events enter; levels enter what keeps the newest of each item."""
    every = [one for record in records(bench).values() for one in sums(record)]
    assert [(name_of(one), one.complaints) for one in every if not one.comes_out] == []
    left_out = sum(one.item == "i7" for one in load.events)
    expected = [(name, sum_of(load, 1, number, 0, None)) for name, number in late_.items()]
    expected = [one for one in expected if one[0] not in ("loud_minutes", "first_of_window")]
    expected += [
        ("loud_minutes", sum_of(load, 1, late_["loud_minutes"], left_out, 0)),
        ("first_of_window", sum_of(load, 2, late_["first_of_window"], 0, None)),
        ("first_rows_batched", sum_of(load, 1, 0, 0, None)),
        ("leveled", (len(levels.messages), {}, 0, len(levels.messages), 0, len(levels.messages), None)),
    ]
    assert sorted(((name_of(one), figures(one)) for one in every), key=str) == sorted(expected, key=str)
