"""Differences of two results: each kind is found, counted and shown."""

from decimal import Decimal

import pytest

from tally.recount import Rows, compare
from tally.recount.errors import ColumnsDiffer

COLUMNS = ("region", "hour", "users")
EXPECTED = Rows(COLUMNS, [("asia", 1, 5), ("asia", 2, None), ("europe", 1, Decimal("1.50"))])


def difference(*rows, columns=COLUMNS, expected=EXPECTED):
    return compare(expected, Rows(columns, list(rows)), ("region", "hour"))


def test_equal_rows_in_any_order_do_not_differ():
    found = difference(("europe", 1, Decimal("1.5")), ("asia", 2, None), ("asia", 1, 5))
    assert not found
    assert (found.matching, found.expected) == (3, 3)
    assert list(found.lines()) == []


def test_columns_may_stand_in_another_order():
    rows = [(5, "asia", 1), (None, "asia", 2), (Decimal("1.50"), "europe", 1)]
    assert not difference(*rows, columns=("users", "region", "hour"))


def test_a_missing_row_is_shown():
    found = difference(("asia", 1, 5), ("asia", 2, None))
    assert found
    assert (found.matching, found.missing, found.unexpected, found.different) == (
        2,
        (("europe", 1, Decimal("1.50")),),
        (),
        (),
    )
    assert list(found.lines()) == ["missing: 1 row", "  region=europe hour=1 users=1.50"]


def test_an_unexpected_row_is_shown():
    found = difference(*EXPECTED.rows, ("africa", 1, 0))
    assert found
    assert found.matching == 3
    assert list(found.lines()) == ["unexpected: 1 row", "  region=africa hour=1 users=0"]


def test_a_key_that_is_served_twice_is_unexpected_even_with_equal_values():
    found = difference(*EXPECTED.rows, ("asia", 1, 5))
    assert found.unexpected == (("asia", 1, 5),)
    assert found.matching == 3


def test_other_values_are_shown_side_by_side():
    found = difference(("asia", 1, 5), ("asia", 2, 0), ("europe", 1, Decimal("1.51")))
    assert found.matching == 1
    assert list(found.lines()) == [
        "different: 2 rows",
        "  region=asia hour=2 users: None expected, 0 served",
        "  region=europe hour=1 users: 1.50 expected, 1.51 served",
    ]


def test_only_so_many_rows_are_shown():
    found = difference(expected=Rows(COLUMNS, [("asia", hour, 0) for hour in range(9)]))
    assert (found.matching, found.expected) == (0, 9)
    assert list(found.lines(most=2)) == [
        "missing: 9 rows",
        "  region=asia hour=0 users=0",
        "  region=asia hour=1 users=0",
        "  and 7 more",
    ]


def test_nothing_expected_and_nothing_served_do_not_differ():
    assert not compare(Rows(("k", "v"), []), Rows(("k", "v"), []), ("k",))


def test_other_columns_are_refused():
    with pytest.raises(ColumnsDiffer) as error:
        difference(columns=("region", "hour", "people"))
    assert str(error.value) == (
        "the recount has columns region, hour, users, the result region, hour, people"
    )
