from dataclasses import dataclass, replace

import pytest

from tally.cli.refused_shown import show_json, show_text
from tally.serving.refused_rows import RefusedRow, refused_row_of
from tally.serving.refused_summary import RefusedBy, RefusedSummary

NOON = 1_735_732_800_000  # 2025-01-01T12:00:00Z
SAID = {
    "tally.aggregate": "größe".encode(),
    "tally.sinks": b"cassandra, kafka",
    "tally.reason": b"cassandra: no; kafka: no",
    "tally.deleted": b"true",
}
ROW = RefusedRow("größe", "cassandra, kafka", "cassandra: no; kafka: no", True, NOON, b"{}", b"{1}", 3)


@dataclass
class Message:
    """What the Kafka client hands over."""

    all_headers: list | None
    a_key: bytes | None = b"{}"
    a_value: bytes | None = b"{1}"

    def headers(self):
        return self.all_headers

    def key(self):
        return self.a_key

    def value(self):
        return self.a_value

    def timestamp(self):
        return (1, NOON)


def of(said, **message):
    return refused_row_of(Message(list(said.items()), **message))


def test_a_refused_row_is_its_key_its_columns_and_why():
    assert of(SAID) == ROW
    assert of(SAID | {"trace": b"\xff", "tally.deleted": b"false"}) == replace(ROW, deleted=False)
    assert of(SAID | {"tally.size": b"40000000"}) == replace(ROW, size=40_000_000)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({}, {}),
        *(({k: v for k, v in SAID.items() if k != name}, {}) for name in SAID),
        *((SAID | {name: wrong}, {}) for name in SAID for wrong in (None, b"", b"\xff")),
        (SAID | {"tally.deleted": b"maybe"}, {}),
        (SAID | {"tally.size": b"large"}, {}),
        (SAID, {"a_key": None}),
        (SAID, {"a_value": None}),
    ],
)
def test_what_tally_did_not_write_is_none(said, message):
    assert of(said, **message) is None
    assert refused_row_of(Message(None)) is None


def summary():
    by = RefusedBy()
    for number in (2, 0, 1, 3):
        by.add(replace(ROW, time=NOON + number, value=b"x" * 90, size=90 + number), 2)
    return RefusedSummary("größe.refused", {"cassandra, kafka": by}, foreign=1)


def test_the_newest_are_shown_shortened():
    found = summary()
    found.others["other"] = 2
    found.is_held = True
    assert list(show_text("größe", found, whole=False)) == [
        "aggregate 'größe' has 4 refused rows on größe.refused",
        "  4  cassandra, kafka",
        "left out: 2 refused rows of aggregate 'other'",
        "left out: 1 record without the headers of a refused row",
        "not read: what stands behind an open transaction on größe.refused; "
        "the next checkpoint of its job commits it, or Kafka ends it",
        "",
        "cassandra, kafka: the newest 2",
        "  2025-01-01T12:00:00.002Z  key {}: its key was deleted",
        "    cassandra: no; kafka: no",
        f"    {'x' * 80}... (the beginning of 92 bytes)",
        "  2025-01-01T12:00:00.003Z  key {}: its key was deleted",
        "    cassandra: no; kafka: no",
        f"    {'x' * 80}... (the beginning of 93 bytes)",
    ]


def test_where_there_are_none():
    assert list(show_text("a", RefusedSummary(None), whole=False)) == ["aggregate 'a' has no refused rows"]


def test_json_has_all_of_it():
    assert show_json("größe", summary()).startswith(
        '{\n  "aggregate": "größe",\n  "topics": [\n    "größe.refused"\n  ],\n  "refused_rows": 4,\n'
    )
