"""What `tally demo` says of dead letters and late rows, and when it fails."""

from __future__ import annotations

import json

import pytest

from tally.cli.demo_letters import SetAside
from tally.recount import TOPICS, Late
from tally.recount.counting import database
from tally.recount.topics import Raw

HOUR = 3_600_000
LATE = Late("sales_by_day", "purchases", 0, 0, 0, 24 * HOUR, 24 * HOUR)


def purchase(event_ms: int) -> bytes:
    event = {"purchase_id": 1, "customer_id": "a", "quantity": 1, "amount": "1.00", "event_ms": event_ms}
    return json.dumps(event).encode()


def verified(
    monkeypatch: pytest.MonkeyPatch, dead: list[tuple[int, int]], late: list[Late], said: dict[str, int]
) -> list[str]:
    """Verify a topic of two purchases and one record that is none, which two jobs read."""
    letters = {"purchases": dead}
    monkeypatch.setattr("tally.recount.read_dead", lambda _address, topic, _ends: letters.get(topic, []))
    records = {topic: [] for topic in TOPICS}
    records["purchases"] = [
        [Raw(0, 0, b"a", purchase(5)), Raw(0, 1, b"a", b"{"), Raw(0, 2, b"a", purchase(30 * HOUR), 30 * HOUR)]
    ]
    faulty = {**dict.fromkeys(TOPICS, 0), "purchases": 1}
    with database(records, late) as connection:
        return SetAside("", {"purchases": 2}, faulty, {}).verified(connection, late, said)


def test_what_both_have_is_verified(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verified(monkeypatch, [(0, 1), (0, 1)], [LATE], {"sales_by_day": 1, "totals": 0}) == []
    assert capsys.readouterr().out.splitlines() == [
        "verified: 0 of 0 dead letters of topic flight-events",
        "verified: 1 of 1 dead letters of topic purchases",
        "verified: 0 of 0 dead letters of topic user-sessions",
        "verified: 1 of 1 late rows of sales_by_day",
    ]


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        (([], [LATE], 1), "0 of 1 dead letters of topic purchases"),
        (([(0, 1)], [LATE], 1), "0 of 1 dead letters of topic purchases"),
        (([(0, 1), (0, 1), (0, 0)], [LATE], 1), "1 of 1 dead letters of topic purchases, and 1 of events"),
        (([(0, 1), (0, 1)], [LATE], 2), "1 of 2 late rows of sales_by_day"),
        (([(0, 1), (0, 1)], [], 1), "0 of 1 late rows of sales_by_day"),
        (
            ([(0, 1), (0, 1)], [LATE._replace(watermark=5)], 1),
            "1 rows of topic purchases are on its topic of late rows and were not late",
        ),
        (
            ([(0, 1), (0, 1)], [LATE._replace(watermark=40 * HOUR)], 1),
            "1 rows of topic purchases are on its topic of late rows and were not late",
        ),
    ],
)
def test_each_difference_is_shown_and_named(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    found: tuple[list[tuple[int, int]], list[Late], int],
    wrong: str,
) -> None:
    dead, late, said = found
    assert verified(monkeypatch, dead, late, {"sales_by_day": said}) == [wrong]
    assert f"DIFFERS: {wrong}" in capsys.readouterr().out.splitlines()
