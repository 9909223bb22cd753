"""What crosses between SQL and Python functions: there and back, NULL everywhere, and what does not fit refused."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from pyflink.common import Row

from tally.running.python_values import Misfit, to_python, to_sql

MICROS_OF_2026_03_08_0230 = 1_772_937_000_000_000


def sql(root, name="", size=0, scale=0, *, parts=(), fields=(), nullable=True):
    return root, nullable, name or root, size, scale, tuple(parts), tuple(fields)


TINYINT, INT, BIGINT = sql("TINYINT"), sql("INTEGER", "INT"), sql("BIGINT")
TEXT = sql("VARCHAR", "STRING", 2_147_483_647)
MONEY = sql("DECIMAL", "DECIMAL(10, 2)", 10, 2)
DATE = sql("DATE")
TIME = sql("TIME_WITHOUT_TIME_ZONE", "TIME(3)", 3)
TIMESTAMP = sql("TIMESTAMP_WITHOUT_TIME_ZONE", "TIMESTAMP(3)", 3)
MOMENT = sql("TIMESTAMP_WITH_LOCAL_TIME_ZONE", "TIMESTAMP_LTZ(6)", 6)
ARRAY = sql("ARRAY", "ARRAY<DATE>", parts=[DATE])
MAP = sql("MAP", "MAP<STRING, TINYINT>", parts=[TEXT, TINYINT])
ROW = sql("ROW", "ROW<`a` TINYINT, `b` DATE>", parts=[TINYINT, DATE], fields=["a", "b"])
SAME = [
    (sql("BOOLEAN"), True, True),
    (TINYINT, -128, -128),
    (sql("SMALLINT"), 32767, 32767),
    (INT, -(2**31), -(2**31)),
    (BIGINT, 2**63 - 1, 2**63 - 1),
    (sql("FLOAT"), 0.5, 0.5),
    (sql("DOUBLE"), -1e300, -1e300),
    (TEXT, "zoë 🎲\0", "zoë 🎲\0"),
    (sql("VARBINARY", "BYTES", 2_147_483_647), b"\0\xff", b"\0\xff"),
    (MONEY, "-1.50", Decimal("-1.50")),
    (DATE, -1, date(1969, 12, 31)),
    (TIME, 86_399_999, time(23, 59, 59, 999_000)),
    (TIMESTAMP, MICROS_OF_2026_03_08_0230, datetime(2026, 3, 8, 2, 30)),
    (MOMENT, -1, datetime(1969, 12, 31, 23, 59, 59, 999_999)),
    (ARRAY, (0, None), (date(1970, 1, 1), None)),
    (MAP, ("a", 1, "b", None), {"a": 1, "b": None}),
    (ROW, (None, 1), Row(a=None, b=date(1970, 1, 2))),
]
NAMES = [described[2] for described, _, _ in SAME]


@pytest.mark.parametrize(("described", "crossing", "value"), SAME, ids=NAMES)
def test_each_type_crosses_both_ways(described, crossing, value):
    convert = to_python(described)
    assert (convert(crossing) if convert else crossing) == value
    assert to_sql(described)(value) == crossing


@pytest.mark.parametrize("described", [one for one, _, _ in SAME], ids=NAMES)
def test_null_is_none_in_each_type_and_none_is_null(described):
    convert = to_python(described)
    assert (convert(None) if convert else None) is None
    assert to_sql(described)(None) is None


@pytest.mark.parametrize(
    ("described", "value"),
    [
        (TINYINT, 128),
        (TINYINT, 300),
        (INT, 2**31),
        (BIGINT, 2**70),
        (BIGINT, "1"),
        (BIGINT, 1.0),
        (BIGINT, True),
        (BIGINT, Decimal(1)),
        (sql("FLOAT"), 1e39),
        (sql("DOUBLE"), 2**53 + 1),
        (sql("DOUBLE"), 10**400),
        (sql("DOUBLE"), "1"),
        (sql("DOUBLE"), Decimal("0.1")),
        (sql("BOOLEAN"), 1),
        (TEXT, 1),
        (TEXT, b"a"),
        (TEXT, "\ud800"),
        (sql("VARCHAR", "VARCHAR(2)", 2), "abc"),
        (sql("BINARY", "BINARY(1)", 1), b"ab"),
        (MONEY, 0.1),
        (MONEY, Decimal("NaN")),
        (MONEY, Decimal("100000000")),
        (MONEY, Decimal("99999999.995")),
        (DATE, datetime(2026, 3, 8)),
        (DATE, "2026-03-08"),
        (TIME, time(1, tzinfo=timezone.utc)),
        (TIMESTAMP, datetime(2026, 3, 8, tzinfo=timezone.utc)),
        (TIMESTAMP, date(2026, 3, 8)),
        (ARRAY, "ab"),
        (ARRAY, 1),
        (ARRAY, [1]),
        (MAP, [("a", 1)]),
        (MAP, {"a": 300}),
        (ROW, (1,)),
        (ROW, (300, None)),
        (ROW, {"a": 1}),
        (ROW, 1),
        (sql("INTEGER", "INT NOT NULL", nullable=False), None),
        (sql("ARRAY", parts=[sql("INTEGER", nullable=False)]), [None]),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(described, value):
    with pytest.raises(Misfit):
        to_sql(described)(value)


@pytest.mark.parametrize(
    ("described", "value", "crossing"),
    [
        (sql("DOUBLE"), 7, 7.0),
        (MONEY, 7, "7.00"),
        (MONEY, Decimal("0.005"), "0.01"),
        (TIME, time(0, 0, 0, 1999), 1),
        (TIMESTAMP, datetime(1970, 1, 1, 0, 0, 0, 1999), 1000),
        (MOMENT, datetime(1970, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))), 0),
        (ARRAY, [date(1970, 1, 1)], (0,)),
        (ROW, Row(b=None, a=1), (1, None)),
        (ROW, {"b": None, "a": 1}, (1, None)),
        (ROW, Row(1, None), (1, None)),
    ],
    ids=str,
)
def test_what_means_the_same_fits(described, value, crossing):
    assert to_sql(described)(value) == crossing


def test_not_a_number_and_infinity_are_numbers_of_a_float():
    assert math.isnan(to_sql(sql("FLOAT"))(math.nan))
    assert to_sql(sql("FLOAT"))(-math.inf) == -math.inf
