"""``tally dead`` and ``tally dead replay`` as they are called, in a project whose source Flink's parser reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tally.stack import Stack
from tests.e2e.graves import NOON_MS, Graveyard, Original, settle
from tests.e2e.late_rows import MINUTE, write_late

Call = Callable[..., subprocess.CompletedProcess[str]]
LONG = b'{"amount": "' + b"9" * 100 + b'"}'
SOURCE = """
CREATE TABLE orders (
  order_id BIGINT NOT NULL,
  event_ms BIGINT NOT NULL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '1' MINUTE
) WITH ('connector' = 'kafka', 'topic' = '{topic}', 'format' = 'json');
"""


@pytest.fixture(scope="module")
def graves(stack: Stack) -> Graveyard:
    ground = Graveyard(str(stack.addresses().kafka), f"c{uuid.uuid4().hex[:10]}")
    ground.create(ground.topic, 2, **{"retention.ms": "-1"})
    ground.create(ground.dead, 1, **{"retention.ms": "-1"})
    return ground


@pytest.fixture(scope="module")
def tally(graves: Graveyard, tmp_path_factory: pytest.TempPathFactory) -> Call:
    root = tmp_path_factory.mktemp("shop")
    sources = root / "sql" / "sources"
    sources.mkdir(parents=True)
    (sources / "orders.sql").write_text(SOURCE.replace("{topic}", graves.topic), "utf-8")
    numbers = "CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen');"
    (sources / "numbers.sql").write_text(numbers, "utf-8")
    settings = f'[tool.tally.kafka]\nbootstrap_servers = "{graves.kafka}"\npartitions = 1\n'
    (root / "pyproject.toml").write_text(settings, "utf-8")

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from tally.cli import main; main()", *arguments],
            capture_output=True,
            text=True,
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(Path.cwd()), "COLUMNS": "120"},
            check=False,
        )

    return call


def test_dead_letters_are_shown_and_sent_again(graves: Graveyard, tally: Call) -> None:
    nothing = tally("dead", "orders")
    assert (nothing.returncode, nothing.stdout) == (0, "source 'orders' has no dead letters\n")
    assert nothing.stderr == "reading the source: it is new, or the project changed\n"

    # Four undecodable ones, one of them twice, and one that came too early.
    broken = [
        Original(key=b"k\n", value=LONG, offset=number, timestamp=NOON_MS + number) for number in range(4)
    ]
    graves.bury([*broken, broken[0]])
    graves.bury([Original(value=b"\x1b[31m\xff", offset=9, partition=1)], "too-far-ahead")
    graves.bury([Original(offset=9)], "missing", table="returns")

    shown = tally("dead", "orders")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout == TEXT.replace("TOPIC", graves.topic)

    reasons = tally("dead", "orders", "--reasons", "--reason", "too-far-ahead")
    assert reasons.stdout.splitlines() == [
        f"source 'orders' has 1 dead letter on {graves.dead}",
        "  1  too-far-ahead  the event time is too far ahead",
        "counted once: 1 further record of the same originals",
        "left out: 4 dead letters of other reasons or times",
        "left out: 1 dead letter of source 'returns'",
    ]
    whole = tally("dead", "orders", "--sample", "1", "--reason", "undecodable")
    assert whole.stdout.splitlines()[-1] == f"    {LONG.decode()}"
    assert tally("dead", "orders", "--reason", "missing").stdout.splitlines()[::2] == [
        "source 'orders' has no such dead letters",
        "left out: 5 dead letters of other reasons or times",
    ]

    later = tally("dead", "replay", "orders", "--since", "2025-01-01T12:00:00.002")
    assert (later.returncode, later.stdout) == (0, LATER)
    assert "replay orders" in later.stderr
    rest = tally("dead", "replay", "orders")
    assert (rest.returncode, rest.stdout) == (0, REST)
    assert sorted((message.partition, message.timestamp) for message in graves.held()) == [
        *((0, NOON_MS + number) for number in range(4)),
        (1, NOON_MS),
    ]


TEXT = f"""\
source 'orders' has 5 dead letters on TOPIC.dead
  4  undecodable    the message cannot be decoded
  1  too-far-ahead  the event time is too far ahead
counted once: 1 further record of the same originals
left out: 1 dead letter of source 'returns'

undecodable: the newest 3
  TOPIC partition 0 offset 1  2025-01-01T12:00:00.001Z
    column amount: undecodable, größer
    key k\\n
    {LONG.decode()[:80]}...
  TOPIC partition 0 offset 2  2025-01-01T12:00:00.002Z
    column amount: undecodable, größer
    key k\\n
    {LONG.decode()[:80]}...
  TOPIC partition 0 offset 3  2025-01-01T12:00:00.003Z
    column amount: undecodable, größer
    key k\\n
    {LONG.decode()[:80]}...

too-far-ahead: all
  TOPIC partition 1 offset 9  2025-01-01T12:00:00.000Z
    column amount: too-far-ahead, größer
    \\x1b[31m\\xff
"""
LATER = """\
sent 2 messages again
counted once: 1 further record of the same originals
left out: 3 dead letters of other reasons or times
left out: 1 dead letter of source 'returns'
"""
REST = """\
sent 3 messages again
not again: 2 that an earlier replay sent to the same topic
counted once: 1 further record of the same originals
left out: 1 dead letter of source 'returns'
"""


def test_json_tells_all(graves: Graveyard, tally: Call) -> None:
    odd = Original(
        key=None, value=b"\xff\n", headers=(("h", None), ("h", b"")), offset=50, timestamp=253_402_300_800_000
    )
    graves.bury([odd], "no-event-time")

    shown = tally("dead", "orders", "--json", "--reason", "no-event-time", "--sample", "1")
    assert json.loads(shown.stdout)["reasons"] == [
        {
            "reason": "no-event-time",
            "dead_letters": 1,
            "samples": [
                {
                    "topic": graves.topic,
                    "partition": 0,
                    "offset": 50,
                    "timestamp": 253_402_300_800_000,
                    "time": "253402300800000 ms",
                    "error": "column amount: no-event-time, größer",
                    "key": None,
                    "key_base64": None,
                    "value": "\\xff\n",
                    "value_base64": "/wo=",
                    "headers": [
                        {"name": "h", "value": None, "value_base64": None},
                        {"name": "h", "value": "", "value_base64": ""},
                    ],
                }
            ],
        }
    ]
    only = json.loads(tally("dead", "orders", "--json", "--reasons", "--reason", "no-event-time").stdout)
    assert list(only) == [
        "source",
        "topics",
        "dead_letters",
        "duplicates",
        "left_out",
        "reasons",
        "held_back",
    ]
    assert only["reasons"] == [{"reason": "no-event-time", "dead_letters": 1, "samples": []}]


def test_letters_behind_a_transaction_that_is_open_are_said_to_be_there(
    graves: Graveyard, tally: Call
) -> None:
    before = json.loads(tally("dead", "orders", "--json").stdout)
    still_open = graves.bury([Original(offset=1_000)], end="open")
    held = json.loads(tally("dead", "orders", "--json").stdout)
    assert (held["dead_letters"], held["held_back"]) == (before["dead_letters"], [graves.dead])
    assert tally("dead", "orders", "--reasons").stdout.splitlines()[-1] == (
        f"not read: what stands behind an open transaction on {graves.dead}; "
        "the next checkpoint of its job commits it, or Kafka ends it"
    )

    still_open.commit_transaction(30)
    settle(graves.kafka, graves.dead)
    whole = json.loads(tally("dead", "orders", "--json").stdout)
    assert (whole["dead_letters"], whole["held_back"]) == (before["dead_letters"] + 1, [])


def test_late_rows_are_shown(graves: Graveyard, tally: Call) -> None:
    nothing = tally("dead", "orders", "--late")
    assert (nothing.returncode, nothing.stdout) == (0, "source 'orders' has no late rows\n")

    topic = graves.create(f"{graves.topic}.late", 2)
    write_late(graves.kafka, topic, [({"$f3": number}, hop(graves.topic, number)) for number in range(4)])
    moment = {"table": "orders", "aggregate": "joined, first_orders", "watermark": NOON_MS, "late-by": 0}
    write_late(graves.kafka, topic, [({"note": "9" * 100}, moment)])
    write_late(graves.kafka, topic, [({}, hop(graves.topic, 0) | {"table": "returns"}), ({}, {"trace": 1})])
    write_late(graves.kafka, topic, [({}, hop(graves.topic, 9))], commit=False)

    shown = tally("dead", "orders", "--late")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout == LATE.replace("TOPIC", graves.topic)

    whole = tally("dead", "orders", "--late", "--sample", "1").stdout.splitlines()
    assert [line for line in whole if line.endswith("}")] == [
        '    {"$f3":3}',
        f'    {{"note":"{"9" * 100}"}}',
    ]
    [hops, joined] = json.loads(tally("dead", "orders", "--late", "--json").stdout)["missing_in"]
    assert (hops["late_rows"], joined["aggregates"]) == (4, ["joined", "first_orders"])
    assert hops["samples"][0] == {
        "topic": graves.topic,
        "partition": 1,
        "offset": 1,
        "window_start": "2025-01-01T11:58:00.000Z",
        "window_end": "2025-01-01T12:01:00.000Z",
        "event_time": None,
        "watermark": "2025-01-01T12:01:31.000Z",
        "late_by_ms": 31_001,
        "value": '{"$f3":1}',
        "value_base64": "eyIkZjMiOjF9",
    }


def hop(topic: str, number: int) -> dict[str, object]:
    """Return the headers of a row that is late for the hopping window which ends that many minutes after noon."""
    end = NOON_MS + number * MINUTE
    late_by = 30_001 + number * 1000
    return {
        "table": "orders",
        "aggregate": "hops",
        "window-start": end - 3 * MINUTE,
        "window-end": end,
        "watermark": end - 1 + late_by,
        "late-by": late_by,
        "topic": topic,
        "partition": 1,
        "offset": number,
    }


LATE = """\
source 'orders' has 5 late rows on TOPIC.late, counted by row and window
  4  hops                  late by 30 s 1 ms to 33 s 1 ms, median 31 s 1 ms
                           windows ending 2025-01-01T12:00:00.000Z to 2025-01-01T12:03:00.000Z
  1  joined, first_orders  late by 0 ms
                           event times 2025-01-01T12:00:00.000Z
left out: 1 late row of source 'returns'
left out: 1 record without the headers of a late row

hops: the newest 3
  window 2025-01-01T11:58:00.000Z to 2025-01-01T12:01:00.000Z  late by 31 s 1 ms
    watermark 2025-01-01T12:01:31.000Z, TOPIC partition 1 offset 1
    {"$f3":1}
  window 2025-01-01T11:59:00.000Z to 2025-01-01T12:02:00.000Z  late by 32 s 1 ms
    watermark 2025-01-01T12:02:32.000Z, TOPIC partition 1 offset 2
    {"$f3":2}
  window 2025-01-01T12:00:00.000Z to 2025-01-01T12:03:00.000Z  late by 33 s 1 ms
    watermark 2025-01-01T12:03:33.000Z, TOPIC partition 1 offset 3
    {"$f3":3}

joined, first_orders: all
  event time 2025-01-01T12:00:00.000Z  late by 0 ms
    watermark 2025-01-01T12:00:00.000Z
    {"note":"99999999999999999999999999999999999999999999999999999999999999999999999...
"""


def test_a_source_without_topic_is_refused(tally: Call) -> None:
    refused = tally("dead", "numbers")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.endswith(
        "error: sql/sources/numbers.sql:1:14: source 'numbers' names no topic, so it is not known where its dead "
        "letters are\nhint: only sources with the option 'topic' have dead letters that can be found\n"
    )
    late = tally("dead", "numbers", "--late")
    assert (late.returncode, late.stdout) == (2, "")
    assert late.stderr.startswith(
        "error: sql/sources/numbers.sql:1:14: source 'numbers' has no topic of late rows\n"
    )


def test_a_missing_target_sends_nothing(graves: Graveyard, tally: Call) -> None:
    before = len(graves.held())
    refused = tally("dead", "replay", "orders", "--to", "no-such-topic")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "error: nothing was sent: there is no topic 'no-such-topic' on the broker at" in refused.stderr
    assert len(graves.held()) == before
