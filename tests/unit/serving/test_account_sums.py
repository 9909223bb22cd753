"""The sum of an account: what comes out, and each way in which it does not."""

from __future__ import annotations

import pytest

from tally.serving.account_meters import source_figures
from tally.serving.account_sums import Sum, sums
from tests.unit.accounts import (
    ACCOUNT,
    DOOR,
    ENTRY,
    FINAL,
    GATE,
    GONE,
    HOPPING,
    READ,
    TAP,
    Changes,
    account,
)

NO_TAP = {f"{ACCOUNT} tap": None, f"{ACCOUNT} closes": False}
RUNNING = {f"{ACCOUNT} closes": False, f"{DOOR} open": GONE, f"{TAP} rows": 978}
SESSIONS = {f"{DOOR} open": GONE}
TWICE = {
    f"{ACCOUNT} sources 0 times": 2,
    f"{ENTRY} rows": 1990,
    f"{GATE} rows": 1990,
    f"{GATE} pairs": 1990,
    f"{DOOR} rows": 1978,
    f"{TAP} rows": 1938,
}
NO_GATE = {f"{ACCOUNT} gate": None, f"{DOOR} rows": 990, f"{DOOR} open": 52}
ENTRY_ALONE = {**NO_TAP, f"{ACCOUNT} gate": None, f"{ACCOUNT} door": None}
WITH_SECOND_SOURCE = {
    "sources": [{"source": "flights", "meter": "read-1"}, {"source": "trains", "meter": "read-2"}],
    f"{ACCOUNT} sources": [{"source": "flights", "times": 1}, {"source": "trains", "times": 1}],
    "meters read-2": {"subtasks": 1, "of": 1, "counts": {"read": 20, "dead/missing": 1}},
}
EMPTY = {f"meters {name} counts": {} for name in ("read-1", "entry-4-0", "gate-4-0", "door-6-0", "tap-6")}


def sum_of(changes: Changes) -> Sum:
    [one] = sums(account(changes))
    return one


@pytest.mark.parametrize(
    ("changes", "figures"),
    [
        # read, dead, skipped, filtered, entered, pairs, late, counted, open
        ({}, (1010, 5, 0, 15, 990, 990, 12, 978, 40)),
        ({f"{READ} skipped": 1}, (1010, 5, 1, 14, 990, 990, 12, 978, 40)),
        ({f"{ACCOUNT} filters": False, f"{READ} skipped": 15}, (1010, 5, 15, 0, 990, 990, 12, 978, 40)),
        (HOPPING, (1010, 5, 0, 15, 990, 2970, 12, 2958, 100)),
        ({**FINAL, f"{DOOR} open": 0, f"{TAP} rows": 978}, (1010, 5, 0, 15, 990, 990, 12, 978, 0)),
        ({**FINAL, f"{DOOR} open": GONE, f"{TAP} rows": 978}, (1010, 5, 0, 15, 990, 990, 12, 978, None)),
        (SESSIONS, (1010, 5, 0, 15, 990, 990, 12, 978, None)),
        ({**SESSIONS, f"{TAP} rows": 0}, (1010, 5, 0, 15, 990, 990, 12, 978, None)),
        (RUNNING, (1010, 5, 0, 15, 990, 990, 12, 978, None)),
        (NO_TAP, (1010, 5, 0, 15, 990, 990, 12, 978, 40)),
        (NO_GATE, (1010, 5, 0, 15, 990, 990, 0, 990, 52)),
        (ENTRY_ALONE, (1010, 5, 0, 15, 990, 990, 0, 990, None)),
        ({**ENTRY_ALONE, f"{ACCOUNT} gate": "gate-4-0"}, (1010, 5, 0, 15, 990, 990, 12, 978, None)),
        (TWICE, (2020, 10, 0, 20, 1990, 1990, 12, 1978, 40)),
        ({**TWICE, f"{READ} skipped": 1}, (2020, 10, 2, 18, 1990, 1990, 12, 1978, 40)),
        (WITH_SECOND_SOURCE, (1030, 6, 0, 34, 990, 990, 12, 978, 40)),
        (EMPTY, (0, 0, 0, 0, 0, 0, 0, 0, None)),
    ],
)
def test_a_sum_comes_out(changes: Changes, figures: tuple[int | None, ...]) -> None:
    one = sum_of(changes)
    assert one.dead is not None
    assert (
        one.read,
        sum(one.dead.values()),
        one.skipped,
        one.filtered,
        one.entered,
        one.pairs,
        one.late,
        one.counted,
        one.open,
    ) == figures
    assert (one.complaints, one.comes_out) == ((), True)


WENT_IN_WITHOUT_DOOR = {f"{ACCOUNT} door": None, **RUNNING}
del WENT_IN_WITHOUT_DOOR[f"{DOOR} open"]
FAULTS = [
    (
        {"meters read-1": GONE},
        ("meter-missing", 1, 0),
        "the records of source 'flights' are not counted: the record has no meter 'read-1'",
    ),
    (
        {"sources": []},
        ("meter-missing", 1, 0),
        "the records of source 'flights' are not counted: the record does not list the source",
    ),
    (
        {"meters entry-4-0": GONE},
        ("meter-missing", 1, 0),
        "the rows that came to the aggregate are not counted: the record has no meter 'entry-4-0'",
    ),
    (
        {"meters gate-4-0": GONE},
        ("meter-missing", 1, 0),
        "late rows are not counted: the record has no meter 'gate-4-0'",
    ),
    (
        {"meters door-6-0": GONE},
        ("meter-missing", 1, 0),
        "the rows that went in are not counted: the record has no meter 'door-6-0'",
    ),
    (
        {"meters tap-6": GONE},
        ("meter-missing", 1, 0),
        "the rows in the result are not counted: the record has no meter 'tap-6'",
    ),
    (
        {"meters read-1 subtasks": 1},
        ("subtasks", 2, 1),
        "the records of source 'flights' are not known: 1 of 2 subtasks said how many (meter 'read-1')",
    ),
    (
        {"meters entry-4-0 subtasks": 0},
        ("subtasks", 2, 0),
        "the rows that came to the aggregate are not known: 0 of 2 subtasks said how many (meter 'entry-4-0')",
    ),
    (
        {"meters gate-4-0 of": 1},
        ("subtasks", 1, 2),
        "late rows are not known: 2 of 1 subtasks said how many (meter 'gate-4-0')",
    ),
    (
        {"meters door-6-0 of": 3},
        ("subtasks", 3, 2),
        "the rows that went in are not known: 2 of 3 subtasks said how many (meter 'door-6-0')",
    ),
    (
        {"meters tap-6 of": 3},
        ("subtasks", 3, 2),
        "the rows in the result are not known: 2 of 3 subtasks said how many (meter 'tap-6')",
    ),
    (
        {f"{READ} read/1": 400},
        ("entered", 895, 990),
        "95 rows are too many: the sources made 895 rows, 990 rows came to the aggregate",
    ),
    (
        {f"{READ} read/1": 400, f"{ACCOUNT} filters": False},
        ("entered", 895, 990),
        "95 rows are too many: the sources made 895 rows, 990 rows came to the aggregate",
    ),
    (
        {f"{ACCOUNT} filters": False},
        ("filtered", 1005, 990),
        "15 rows are missing: the sources made 1,005 rows and the query leaves none out, 990 rows came to the "
        "aggregate",
    ),
    (
        {f"{GATE} rows": 989},
        ("gated", 990, 989),
        "1 row is missing: 990 came to the aggregate, 989 were judged to be late or not",
    ),
    (
        {f"{DOOR} rows": 977, f"{DOOR} open": 39},
        ("let-in", 978, 977),
        "1 row is missing: 978 were not late, 977 went in",
    ),
    (
        {f"{GATE} late": 14},
        ("let-in", 976, 978),
        "2 rows are too many: 976 were not late, 978 went in",
    ),
    (
        {**HOPPING, f"{GATE} pairs": 2971},
        ("let-in", 2959, 2958),
        "1 row is missing, counted by row and window: 2,959 were not late, 2,958 went in",
    ),
    (
        {**NO_TAP, f"{DOOR} rows": 977},
        ("let-in", 978, 977),
        "1 row is missing: 978 were not late, 977 went in",
    ),
    (
        {f"{TAP} rows": 926},
        ("closed", 938, 926),
        "12 rows are missing: 978 went in, the closed windows counted 926 of 938",
    ),
    (
        {f"{TAP} rows": 939},
        ("closed", 938, 939),
        "1 row is too many: 978 went in, the closed windows counted 939 of 938",
    ),
    (
        {**HOPPING, f"{TAP} rows": 1858},
        ("closed", 2858, 1858),
        "1,000 rows are missing, counted by row and window: 2,958 went in, the closed windows counted 1,858 of "
        "2,858",
    ),
    (
        {**SESSIONS, f"{TAP} rows": 979},
        ("closed", 978, 979),
        "1 row is too many: 978 went in, the closed windows counted 979",
    ),
    (
        {**SESSIONS, **FINAL},
        ("closed", 978, 938),
        "40 rows are missing: 978 went in, all windows have closed and counted 938",
    ),
    (
        {**FINAL},
        ("open-at-end", 0, 40),
        "40 rows are in windows that the end of the run did not close",
    ),
    (
        {**FINAL, f"{DOOR} open": 1, f"{TAP} rows": 977},
        ("open-at-end", 0, 1),
        "1 row is in windows that the end of the run did not close",
    ),
    (
        {**RUNNING, f"{TAP} rows": 977},
        ("counted", 978, 977),
        "1 row is missing: 978 went in, the aggregate counted 977",
    ),
    (
        {**WENT_IN_WITHOUT_DOOR, f"{TAP} rows": 980},
        ("counted", 978, 980),
        "2 rows are too many: 978 went in, the aggregate counted 980",
    ),
]


@pytest.mark.parametrize(("changes", "complaint", "text"), FAULTS, ids=lambda part: str(part)[:60])
def test_a_fault_is_named_with_both_figures(
    changes: Changes, complaint: tuple[str, int, int], text: str
) -> None:
    one = sum_of(changes)
    assert [(each.check, each.expected, each.found, each.text) for each in one.complaints] == [
        (*complaint, text)
    ]
    assert not one.comes_out


@pytest.mark.parametrize(
    ("changes", "checks"),
    [
        # Rows lost ahead of the door and as many too many behind it: the sum alone would not tell.
        ({f"{DOOR} rows": 977}, ["let-in", "closed"]),
        # Where it is not known what went in, the whole is compared.
        (
            {**RUNNING, f"{DOOR} open": 0, "meters door-6-0": GONE, f"{TAP} rows": 977},
            ["meter-missing", "sum"],
        ),
        ({f"{ENTRY} rows": 1006, f"{TAP} rows": 900, **FINAL}, ["entered", "gated", "closed", "open-at-end"]),
        (
            {"meters read-1": GONE, "meters tap-6 subtasks": 1, f"{GATE} rows": 1},
            ["meter-missing", "subtasks", "gated"],
        ),
    ],
)
def test_several_faults_are_named_in_the_way_of_the_rows(changes: Changes, checks: list[str]) -> None:
    assert [each.check for each in sum_of(changes).complaints] == checks


@pytest.mark.parametrize(
    ("changes", "unknown"),
    [
        ({"meters read-1": GONE}, {"read", "dead", "skipped", "filtered"}),
        ({"meters entry-4-0": GONE}, {"entered", "filtered"}),
        ({"meters gate-4-0": GONE}, {"pairs", "late"}),
        ({"meters door-6-0": GONE}, {"open", "counted"}),
        ({"meters tap-6": GONE}, {"counted"}),
    ],
)
def test_a_figure_without_meter_is_not_known_rather_than_zero(changes: Changes, unknown: set[str]) -> None:
    one = sum_of(changes)
    names = ("read", "dead", "skipped", "filtered", "entered", "pairs", "late", "counted", "open")
    assert {name for name in names if getattr(one, name) is None} == unknown
    assert not one.windowed


def test_at_the_end_the_sessions_that_closed_are_what_is_counted() -> None:
    assert sum_of(SESSIONS).counted == 978
    assert sum_of({**SESSIONS, **FINAL}).counted == 938


def test_partitions_are_in_the_order_of_their_numbers() -> None:
    counts = {"read/b/0": 1, "read/10": 2, "read/2": 3, "read": 4, "read/a/11": 5, "read/a/3": 6, "reader": 7}
    figures = source_figures(account({READ: counts}), "flights")
    assert list(figures.read.items()) == [("", 4), ("2", 3), ("10", 2), ("a/3", 6), ("a/11", 5), ("b/0", 1)]


def test_each_account_of_a_record_has_its_sum() -> None:
    second = {**account().accounts[0].model_dump(), "feeds": ["by_day", "by_week"], "tap": None}
    found = sums(account({"accounts": [account().accounts[0].model_dump(), second]}))
    assert [one.account.feeds for one in found] == [("airport_hours",), ("by_day", "by_week")]
    assert sums(account({"accounts": []})) == ()
