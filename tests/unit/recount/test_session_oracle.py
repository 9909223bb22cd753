"""The oracle of sessions, by cases that are told by hand."""

from __future__ import annotations

import pytest

from tally.recount.sessions import Event, Rules, Session, sessions

RULES = Rules("START", "END", timeout=10, max_length=25)

# Events as (time, kind), the moment that is looked at, and sessions as (start, end, reason).
CASES: dict[str, tuple[list[tuple[int, str]], int, list[tuple[int, int | None, str | None]]]] = {
    "a session": ([(1, "START"), (5, "END")], 50, [(1, 5, "end")]),
    "in any order": ([(5, "END"), (1, "START")], 50, [(1, 5, "end")]),
    "open": ([(1, "START")], 10, [(1, None, None)]),
    "timed out, at the very moment": ([(1, "START")], 11, [(1, 11, "timeout")]),
    "an END at the moment of the time-out": ([(1, "START"), (11, "END")], 50, [(1, 11, "end")]),
    "an END after it": ([(1, "START"), (12, "END")], 50, [(1, 11, "timeout")]),
    "a START at the moment of the time-out": (
        [(1, "START"), (11, "START")],
        11,
        [(1, 11, "superseded"), (11, None, None)],
    ),
    "superseded": ([(1, "START"), (4, "START"), (6, "END")], 50, [(1, 4, "superseded"), (4, 6, "end")]),
    "an END without START": ([(1, "END")], 50, []),
    "sent twice": ([(1, "START"), (1, "START"), (5, "END"), (5, "END")], 50, [(1, 5, "end")]),
    "kept alive": ([(1, "START"), (9, "view"), (18, "view")], 25, [(1, None, None)]),
    "kept alive at the moment of the time-out": ([(1, "START"), (11, "view")], 20, [(1, None, None)]),
    "too long, at the very moment": (
        [(1, "START"), (9, "view"), (18, "view"), (25, "view")],
        26,
        [(1, 26, "max_length")],
    ),
    "an END at the longest": (
        [(1, "START"), (9, "view"), (18, "view"), (26, "END")],
        50,
        [(1, 26, "end")],
    ),
    "an event at the longest": (
        [(1, "START"), (9, "view"), (18, "view"), (26, "view")],
        26,
        [(1, 26, "max_length")],
    ),
    "of no length": ([(1, "START"), (1, "END")], 50, [(1, 1, "end")]),
    "one ends and another starts": (
        [(1, "START"), (5, "START"), (5, "END")],
        6,
        [(1, 5, "end"), (5, None, None)],
    ),
    "silence is as good as the longest": (
        [(1, "START"), (9, "view"), (16, "view")],
        50,
        [(1, 26, "timeout")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_sessions(name: str) -> None:
    events, until, expected = CASES[name]
    found = sessions([Event("u", at, kind) for at, kind in events], RULES, until)
    assert [(one.started_at, one.ended_at, one.reason) for one in found] == expected


def test_keys_are_apart_and_values_are_those_of_the_start() -> None:
    events = [Event("a", 1, "START", "x"), Event("b", 2, "START", "y"), Event("a", 3, "END", "z")]
    assert list(sessions(events, RULES, 4)) == [
        Session("a", 1, "x", 3, "end"),
        Session("b", 2, "y"),
    ]


def test_without_a_longest_length() -> None:
    events = [Event("a", at, "view" if at else "START") for at in range(0, 100, 10)]
    assert list(sessions(events, Rules("START", "END", 10), 99)) == [Session("a", 0, None)]
