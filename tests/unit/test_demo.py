"""What `tally demo` says of each result, and when it fails."""

from __future__ import annotations

import pytest

from tally.cli.demo import RecountDiffers, TopicHoldsOther, compared
from tally.errors import Span
from tally.planning.job import Aggregate, KafkaSink
from tally.recount import Rows

TOTALS = Aggregate("totals", "", (), ("who",), (KafkaSink("t"),), None, Span("a.sql", 1, 1))
EXPECTED = Rows(("who", "n"), [("ann", 1), ("bob", 2), ("cid", 3)])


def test_equal_rows_are_verified(capsys: pytest.CaptureFixture[str]) -> None:
    served = Rows(("n", "who"), [(3, "cid"), (1, "ann"), (2, "bob")])
    assert compared(TOTALS, "topic t", (EXPECTED, served)) == []
    assert capsys.readouterr().out == "verified: 3 of 3 rows of totals in topic t\n"


def test_every_kind_of_difference_is_shown_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    served = Rows(("who", "n"), [("ann", 1), ("bob", 7), ("dan", 4)])
    assert compared(TOTALS, "Cassandra", (EXPECTED, served)) == ["totals in Cassandra"]
    assert capsys.readouterr().out.splitlines() == [
        "DIFFERS: 1 of 3 rows of totals in Cassandra",
        "  missing: 1 row",
        "    who=cid n=3",
        "  unexpected: 1 row",
        "    who=dan n=4",
        "  different: 1 row",
        "    who=bob n: 2 expected, 7 served",
    ]


def test_the_errors_of_the_demo() -> None:
    differs = RecountDiffers(("totals in Cassandra",))
    assert (str(differs), differs.exit_code) == ("the recount differs from totals in Cassandra", 1)
    assert str(TopicHoldsOther("purchases", "purchases", 5, 69659)) == (
        "topic 'purchases' holds 5 records, data set 'purchases' has 69659\n"
        "hint: run `tally down --wipe`, then `tally demo`"
    )
