from dataclasses import dataclass

import pytest

from tally.serving.dead_letters import Place
from tally.serving.late_rows import LateRow, late_row_of
from tally.serving.late_summary import Missed, Range

SAID = {
    "tally.table": b"orders",
    "tally.aggregate": "größe, minutes".encode(),
    "tally.window-start": b"60000",
    "tally.window-end": b"120000",
    "tally.watermark": b"150000",
    "tally.late-by": b"30001",
    "tally.topic": b"shop",
    "tally.partition": b"3",
    "tally.offset": b"12",
}


@dataclass
class Message:
    """What the Kafka client hands over."""

    all_headers: list | None
    a_value: bytes | None = b"{}"

    def headers(self):
        return self.all_headers

    def value(self):
        return self.a_value


def of(said, **message):
    return late_row_of(Message(list(said.items()), **message))


def without(*names):
    return {name: value for name, value in SAID.items() if name.removeprefix("tally.") not in names}


def row(watermark, late_by, *, window=True, value=b"{}"):
    end = watermark - late_by + 1 if window else None
    return LateRow("orders", "minutes", None, end, watermark, late_by, None, value)


def test_a_late_row_is_its_columns_and_what_it_is_missing_in():
    assert of(SAID, a_value=b'{"$f3": 1}') == LateRow(
        "orders", "größe, minutes", 60_000, 120_000, 150_000, 30_001, Place("shop", 3, 12), b'{"$f3": 1}'
    )
    assert of(SAID).last == 119_999


def test_neither_the_order_of_headers_nor_further_ones_matter():
    assert of(dict(reversed(SAID.items())) | {"trace": b"\xff"}) == of(SAID)


def test_window_and_place_may_be_unknown():
    no_start = of(without("window-start"))
    assert (no_start.window_start, no_start.window_end) == (None, 120_000)
    no_window = of(without("window-start", "window-end"))
    assert (no_window.window_start, no_window.window_end, no_window.last) == (None, None, 119_999)
    assert of(without("topic", "partition", "offset")).place is None


def test_it_may_be_as_late_as_can_be():
    latest = of(SAID | {"tally.late-by": b"0", "tally.watermark": str(2**63 - 1).encode()})
    assert (latest.late_by, latest.watermark) == (0, 2**63 - 1)


@pytest.mark.parametrize(
    "said",
    [
        {},
        *(without(name) for name in ("table", "aggregate", "watermark", "late-by")),
        *(without(name) for name in ("topic", "partition", "offset", "window-end")),
        *(SAID | {name: None} for name in SAID),
        *(SAID | {name: b"\xff"} for name in SAID),
        SAID | {"tally.late-by": b"-1"},
        SAID | {"tally.late-by": str(2**63).encode()},
    ],
)
def test_what_tally_did_not_write_is_no_late_row(said):
    assert of(said) is None


def test_a_record_without_headers_or_value_is_none():
    assert late_row_of(Message(None)) is None
    assert of(SAID, a_value=None) is None


def test_late_rows_are_added_up():
    missed = Missed()
    for one in (row(1000, 0), row(1000, 90), row(1200, 300), row(1300, 5, window=False)):
        missed.add(one, 3)

    assert (missed.rows, list(missed.late_by), missed.median_late_by) == (4, [0, 90, 300, 5], 5)
    assert (missed.window_ends, missed.event_times) == (Range(901, 1001), Range(1295, 1295))


def test_the_newest_are_kept_by_window_then_watermark_then_columns():
    ordered = [row(900, 100), row(1000, 100), row(1100, 200), row(1100, 200, value=b"{}}"), row(1000, 99)]
    for arrival in (ordered, ordered[::-1]):
        missed = Missed()
        for one in arrival:
            missed.add(one, 4)
        assert missed.samples == ordered[1:]
