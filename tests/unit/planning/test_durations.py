"""Widths of time as Flink's compiled plans write them."""

from datetime import timedelta

import pytest

from tally.planning.durations import duration, interval


# What `java.time.Duration.toString` gives for these.
@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("PT0S", timedelta(0)),
        ("PT24H", timedelta(days=1)),
        ("PT-8H", timedelta(hours=-8)),
        ("PT-7H-30M", timedelta(hours=-7, minutes=-30)),
        ("PT-0.5S", timedelta(milliseconds=-500)),
        ("PT-1.999S", timedelta(milliseconds=-1999)),
        ("PT17520H1M0.001S", timedelta(days=730, minutes=1, milliseconds=1)),
    ],
)
def test_a_width_of_time_has_its_sign(text, width):
    assert duration(text) == width


@pytest.mark.parametrize("text", ["", "8 h", "P1D", "-PT8H"])
def test_what_java_does_not_write_is_none(text):
    with pytest.raises(ValueError, match="not a duration"):
        duration(text)


@pytest.mark.parametrize(
    ("width", "written"),
    [
        (timedelta(days=2), "INTERVAL '2' DAY"),
        (timedelta(hours=36), "INTERVAL '36' HOUR"),
        (timedelta(minutes=90), "INTERVAL '90' MINUTE"),
        (timedelta(seconds=5), "INTERVAL '5' SECOND"),
        (timedelta(milliseconds=1500), "INTERVAL '1.5' SECOND"),
        (timedelta(milliseconds=7), "INTERVAL '0.007' SECOND"),
    ],
)
def test_a_width_is_written_in_its_largest_whole_unit(width, written):
    assert interval(width) == written
