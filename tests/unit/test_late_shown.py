"""Late rows as text and as JSON."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tally.cli.late_shown import show_json, show_text
from tally.serving.dead_letters import Place
from tally.serving.late_rows import LateRow
from tally.serving.late_summary import LateSummary, Missed

NOON = 1_735_732_800_000  # 2025-01-01T12:00:00Z
MINUTE = 60_000
LONG = b'{"$f3": "' + b"9" * 100 + b'"}'


def late(late_by: int, *, last: int = NOON - 1, value: bytes = b"{}", place: bool = False) -> LateRow:
    at = Place("orders\n", 3, 12) if place else None
    return LateRow("orders", "", last + 1 - MINUTE, last + 1, last + late_by, late_by, at, value)


def moment(late_by: int, *, at: int = NOON) -> LateRow:
    return LateRow("orders", "", None, None, at + late_by, late_by, None, b"{}")


def missed(*rows: LateRow, most: int = 3) -> Missed:
    found = Missed()
    for row in rows:
        found.add(row, most)
    return found


def text(summary: LateSummary, *, whole: bool = False) -> str:
    return "\n".join(show_text("orders", summary, whole=whole)) + "\n"


def many() -> LateSummary:
    windows = [late(number + 1, last=NOON + number // 2 * MINUTE - 1) for number in range(1200)]
    return LateSummary(
        "orders.late",
        {
            "hops, minutes": missed(
                *windows, late(83_421, last=NOON + 600 * MINUTE - 1, value=LONG, place=True)
            ),
            "joined\x1b": missed(moment(5)),
        },
        Counter({"returns": 2, "b": 1}),
        foreign=1,
    )


def test_text_says_what_is_missing_where_and_by_how_much() -> None:
    assert text(many()) == SHORTENED


SHORTENED = f"""\
source 'orders' has 1,202 late rows on orders.late, counted by row and window
  1,201  hops, minutes  late by 1 ms to 1 min 23 s 421 ms, median 601 ms
                        windows ending 2025-01-01T12:00:00.000Z to 2025-01-01T22:00:00.000Z
      1  joined\\x1b     late by 5 ms
                        event times 2025-01-01T12:00:00.000Z
left out: 1 late row of source 'b'
left out: 2 late rows of source 'returns'
left out: 1 record without the headers of a late row

hops, minutes: the newest 3
  window 2025-01-01T21:58:00.000Z to 2025-01-01T21:59:00.000Z  late by 1 s 199 ms
    watermark 2025-01-01T21:59:01.198Z
    {{}}
  window 2025-01-01T21:58:00.000Z to 2025-01-01T21:59:00.000Z  late by 1 s 200 ms
    watermark 2025-01-01T21:59:01.199Z
    {{}}
  window 2025-01-01T21:59:00.000Z to 2025-01-01T22:00:00.000Z  late by 1 min 23 s 421 ms
    watermark 2025-01-01T22:01:23.420Z, orders\\n partition 3 offset 12
    {LONG.decode()[:80]}...

joined\\x1b: all
  event time 2025-01-01T12:00:00.000Z  late by 5 ms
    watermark 2025-01-01T12:00:00.005Z
    {{}}
"""


def test_a_row_is_shown_whole_when_asked() -> None:
    assert f"\n    {LONG.decode()}\n" in text(many(), whole=True)


@pytest.mark.parametrize(
    ("summary", "shown"),
    [
        (LateSummary(None), "source 'orders' has no late rows\n"),
        (
            LateSummary("orders.late", other_tables=Counter({"returns": 1}), foreign=2),
            "source 'orders' has no late rows\n"
            "left out: 1 late row of source 'returns'\n"
            "left out: 2 records without the headers of a late row\n",
        ),
    ],
)
def test_none_is_said(summary: LateSummary, shown: str) -> None:
    assert text(summary) == shown


def test_windows_may_be_known_by_their_end_alone_and_lie_anywhere() -> None:
    row = LateRow("orders", "", None, 2**63 - 1, 2**63 - 1, 1, None, b"{}")
    assert text(LateSummary("t", {"a": missed(row)})).splitlines()[1:] == [
        "  1  a  late by 1 ms",
        "        windows ending 9223372036854775807 ms",
        "",
        "a: all",
        "  window ending 9223372036854775807 ms  late by 1 ms",
        "    watermark 9223372036854775807 ms",
        "    {}",
    ]


def test_json_tells_all() -> None:
    rows = missed(late(5), late(7, value=b"\xff", place=True), moment(9), most=2)
    shown = show_json("orders", LateSummary("orders.late", {"b, a": rows}, Counter(z=1, y=2), 3))
    assert json.loads(shown) == {
        "source": "orders",
        "topics": ["orders.late"],
        "late_rows": 3,
        "left_out": {"other_sources": {"y": 2, "z": 1}, "not_late_rows": 3},
        "missing_in": [
            {
                "aggregates": ["b", "a"],
                "late_rows": 3,
                "late_by_ms": {"least": 5, "median": 7, "greatest": 9},
                "window_ends": {"first": "2025-01-01T12:00:00.000Z", "last": "2025-01-01T12:00:00.000Z"},
                "event_times": {"first": "2025-01-01T12:00:00.000Z", "last": "2025-01-01T12:00:00.000Z"},
                "samples": [
                    {
                        "topic": "orders\n",
                        "partition": 3,
                        "offset": 12,
                        "window_start": "2025-01-01T11:59:00.000Z",
                        "window_end": "2025-01-01T12:00:00.000Z",
                        "event_time": None,
                        "watermark": "2025-01-01T12:00:00.006Z",
                        "late_by_ms": 7,
                        "value": "\\xff",
                        "value_base64": "/w==",
                    },
                    {
                        "topic": None,
                        "partition": None,
                        "offset": None,
                        "window_start": None,
                        "window_end": None,
                        "event_time": "2025-01-01T12:00:00.000Z",
                        "watermark": "2025-01-01T12:00:00.009Z",
                        "late_by_ms": 9,
                        "value": "{}",
                        "value_base64": "e30=",
                    },
                ],
            }
        ],
        "held_back": [],
    }


def test_json_has_its_keys_where_nothing_is_late() -> None:
    assert json.loads(show_json("orders", LateSummary(None))) == {
        "source": "orders",
        "topics": [],
        "late_rows": 0,
        "left_out": {"other_sources": {}, "not_late_rows": 0},
        "missing_in": [],
        "held_back": [],
    }


def test_an_open_transaction_is_said() -> None:
    held = LateSummary("orders.late", is_held=True)
    assert text(held).splitlines() == [
        "source 'orders' has no late rows",
        "not read: what stands behind an open transaction on orders.late; "
        "the next checkpoint of its job commits it, or Kafka ends it",
    ]
    assert json.loads(show_json("orders", held))["held_back"] == ["orders.late"]
