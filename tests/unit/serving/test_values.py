import json
import math
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest

from tally.serving.values import (
    read_duration,
    read_moment,
    read_value,
    rows_to_json,
    show,
    show_duration,
    show_moment,
)

UTC = timezone.utc


@pytest.mark.parametrize(
    ("text", "flink", "value"),
    [
        ("true", "BOOLEAN", True),
        ("-128", "TINYINT", -128),
        ("32767", "SMALLINT", 32767),
        ("-2147483648", "INT", -(2**31)),
        ("9223372036854775807", "BIGINT", 2**63 - 1),
        ("1.5", "DOUBLE", 1.5),
        ("0.1", "FLOAT", 0.10000000149011612),
        ("1.5", "DECIMAL(10, 2)", Decimal("1.50")),
        (
            "-12345678901234567890123456789012345678",
            "DECIMAL(38, 0)",
            Decimal(-12345678901234567890123456789012345678),
        ),
        ("a=b c", "STRING", "a=b c"),
        ("", "VARCHAR(10)", ""),
        ("AQI=", "BYTES", b"\x01\x02"),
        ("1969-12-31", "DATE", date(1969, 12, 31)),
        ("05:30:00", "TIME(0)", time(5, 30)),
        ("2013-07-01", "TIMESTAMP(3)", datetime(2013, 7, 1, tzinfo=UTC)),
        (
            "1969-12-31T23:59:59.001Z",
            "TIMESTAMP_LTZ(3)",
            datetime(1969, 12, 31, 23, 59, 59, 1000, tzinfo=UTC),
        ),
    ],
)
def test_text_is_read_by_the_flink_type(text, flink, value):
    read = read_value(text, flink)

    assert (read, type(read)) == (value, type(value))
    assert str(read) == str(value)  # Decimal("1.5") == Decimal("1.50")


@pytest.mark.parametrize(
    ("text", "flink", "expected"),
    [
        ("yes", "BOOLEAN", "true or false (BOOLEAN)"),
        ("128", "TINYINT", "a whole number from -128 to 127 (TINYINT)"),
        ("1.0", "INT", "a whole number from -2147483648 to 2147483647 (INT)"),
        ("x", "DOUBLE", "a number, e.g. 1.5 (DOUBLE)"),
        ("1e39", "FLOAT", "a number, e.g. 1.5 (FLOAT)"),
        (
            "1.555",
            "DECIMAL(10, 2)",
            "a number of at most 10 digits, 2 of them after the point (DECIMAL(10, 2))",
        ),
        (
            "123456789.00",
            "DECIMAL(10, 2)",
            "a number of at most 10 digits, 2 of them after the point (DECIMAL(10, 2))",
        ),
        (
            "NaN",
            "DECIMAL(10, 2)",
            "a number of at most 10 digits, 2 of them after the point (DECIMAL(10, 2))",
        ),
        ("?", "BYTES", "bytes in base64, e.g. AQI= (BYTES)"),
        ("31.1.2013", "DATE", "a date, e.g. 2013-01-31 (DATE)"),
        ("5h", "TIME(0)", "a time of day, e.g. 05:30:00 (TIME(0))"),
        (
            "yesterday",
            "TIMESTAMP(3)",
            "a time in ISO 8601, UTC unless it has an offset, e.g. 2013-01-01T05:00:00Z (TIMESTAMP(3))",
        ),
        ("[1]", "ARRAY<INT>", "no value: columns of this type cannot be filtered (ARRAY<INT>)"),
    ],
)
def test_text_that_is_no_value_says_what_is_expected(text, flink, expected):
    with pytest.raises(ValueError) as caught:
        read_value(text, flink)

    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2013-07-01", "2013-07-01T00:00:00.000Z"),
        ("2013-07-01T05", "2013-07-01T05:00:00.000Z"),
        ("2013-07-01 05:30", "2013-07-01T05:30:00.000Z"),
        ("2013-07-01T05:30:10.25", "2013-07-01T05:30:10.250Z"),
        ("2013-07-01T05:30:10Z", "2013-07-01T05:30:10.000Z"),
        ("2013-07-01T05:30+02:00", "2013-07-01T03:30:00.000Z"),
        ("1969-12-31T23:59:59.999", "1969-12-31T23:59:59.999Z"),
    ],
)
def test_moments_are_iso_8601_and_utc(text, moment):
    assert show_moment(read_moment(text)) == moment


@pytest.mark.parametrize(
    "text",
    ["2013", "2013-13-01", "2013-07-01T5", "2013-07-01T05.5", "2013-07-01Z", "0001-01-01T00+02:00", "now"],
)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError):
        read_moment(text)


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("2h", timedelta(hours=2)),
        ("90 min", timedelta(minutes=90)),
        ("1d 12h", timedelta(hours=36)),
        ("1w2d3h4m5s6ms", timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5, milliseconds=6)),
    ],
)
def test_durations(text, duration):
    assert read_duration(text) == duration


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (0, "0 ms"),
        (999, "999 ms"),
        (60_000, "1 min"),
        (83_421, "1 min 23 s 421 ms"),
        (3_600_000 * 36, "1 d 12 h"),
        (2**63 - 1, "106751991167 d 7 h 12 min 55 s 807 ms"),
    ],
)
def test_a_duration_is_shown_as_it_is_read(milliseconds, shown):
    assert show_duration(milliseconds) == shown
    if 0 < milliseconds < 2**40:
        assert read_duration(shown) == timedelta(milliseconds=milliseconds)


@pytest.mark.parametrize("text", ["", "2", "h", "0s", "2h x", "-2h", "2y"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError):
        read_duration(text)


def test_json_is_a_list_with_one_object_a_line():
    columns = [
        "text",
        "count",
        "mean",
        "at",
        "day",
        "clock",
        "bytes",
        "ratio",
        "tags",
        "by_day",
        "missing",
        "ok",
    ]
    row = (
        'Zürich "x"',
        2**63 - 1,
        Decimal("-12.50"),
        datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
        date(2013, 1, 1),
        time(5, 30),
        b"\x01\x02",
        0.25,
        ["a", math.inf],
        {date(2013, 1, 1): [Decimal("1E+2")], "k": None},
        None,
        True,
    )

    text = rows_to_json(columns, [row, row])

    line = (
        '{"text": "Zürich \\"x\\"", "count": 9223372036854775807, "mean": "-12.50", '
        '"at": "1969-12-31T23:59:59.999Z", "day": "2013-01-01", "clock": "05:30:00.000", "bytes": "AQI=", '
        '"ratio": 0.25, "tags": ["a", "Infinity"], "by_day": {"2013-01-01": ["100"], "k": null}, '
        '"missing": null, "ok": true}'
    )
    assert text == f"[\n  {line},\n  {line}\n]"
    assert json.loads(text)[0]["ratio"] == 0.25


def test_json_of_no_rows_is_an_empty_list():
    assert rows_to_json(["a"], []) == "[]"


def test_what_is_no_number_is_told_from_null():
    row = (math.nan, math.inf, -math.inf, None)
    line = '{"a": "NaN", "b": "Infinity", "c": "-Infinity", "d": null}'
    assert rows_to_json(["a", "b", "c", "d"], [row]) == f"[\n  {line}\n]"
    assert [show(value) for value in row] == ["NaN", "Infinity", "-Infinity", ""]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (False, "false"),
        (1, "1"),
        (Decimal("1E-7"), "0.0000001"),
        ("x", "x"),
        (b"\x01", "AQ=="),
        ([1, None], "[1, null]"),
    ],
)
def test_values_on_screen(value, text):
    assert show(value) == text
