from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from tally.planning.job import CassandraSink, Clustering
from tally.serving.requests import ReadRequest, RequestText, parse_request, time_key

UTC = timezone.utc


def test_a_request_is_read_by_the_types_of_the_key(airport_hours):
    text = RequestText(("airport=JFK", "window_end=2013-07-01T05:00Z"), limit=3)

    assert parse_request(airport_hours, text) == ReadRequest(
        (("airport", "JFK"), ("window_end", datetime(2013, 7, 1, 5, tzinfo=UTC))), limit=3
    )


def test_a_value_may_hold_an_equals_sign(airport_hours):
    assert parse_request(airport_hours, RequestText(("airport=a=b",))).filters == (("airport", "a=b"),)


def test_spans_of_time(airport_hours):
    assert parse_request(airport_hours, RequestText(last="2h")).last == timedelta(hours=2)
    request = parse_request(airport_hours, RequestText(since="2013-07-01", until="2013-07-01T00:00:00.001"))
    assert request.since == datetime(2013, 7, 1, tzinfo=UTC)
    assert request.until == datetime(2013, 7, 1, 0, 0, 0, 1000, tzinfo=UTC)


def test_the_time_key_is_the_source_of_the_bucket_else_the_first_time(airport_hours, sales_by_day, busiest):
    both = replace(
        airport_hours,
        columns=(*airport_hours.columns, replace(airport_hours.columns[1], name="window_start")),
        sinks=(CassandraSink("t", ("airport", "window_end"), (Clustering("window_start", "ASC"),)),),
    )
    in_partition = replace(airport_hours, sinks=(CassandraSink("t", ("airport", "window_end"), ()),))

    keys = [time_key(aggregate) for aggregate in (airport_hours, sales_by_day, both, in_partition)]
    assert [key.name for key in keys] == ["window_end", "window_start", "window_start", "window_end"]
    assert time_key(busiest) is None


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            RequestText(("JFK",)),
            "'JFK' is not a filter\nhint: write each filter once, as column=value",
        ),
        (
            RequestText(("=JFK",)),
            "'=JFK' is not a filter\nhint: write each filter once, as column=value",
        ),
        (
            RequestText(("airport=JFK", "airport=LGA")),
            "'airport=LGA' gives column 'airport' a second value\nhint: write each filter once, as column=value",
        ),
        (
            RequestText(("airprot=JFK",)),
            "aggregate 'airport_hours' has no column 'airprot'\nhint: did you mean 'airport'?",
        ),
        (
            RequestText(("x=JFK",)),
            "aggregate 'airport_hours' has no column 'x'\nhint: use one of: airport, window_end",
        ),
        (
            RequestText(("departures=3",)),
            "column 'departures' is not in the key of aggregate 'airport_hours'\n"
            "hint: give values of key columns only: airport, window_end",
        ),
        (
            RequestText(("window_end=noon",)),
            "column 'window_end': cannot read 'noon'\n"
            "hint: expected a time in ISO 8601, UTC unless it has an offset, "
            "e.g. 2013-01-01T05:00:00Z (TIMESTAMP(3))",
        ),
        (
            RequestText(last="two hours"),
            "--last: cannot read 'two hours'\n"
            "hint: expected a duration of weeks, days, hours, minutes and seconds, e.g. 2h, 90min or 1d 12h",
        ),
        (
            RequestText(since="monday"),
            "--since: cannot read 'monday'\n"
            "hint: expected a time in ISO 8601, UTC unless it has an offset, e.g. 2013-01-01T05:00:00Z",
        ),
        (
            RequestText(last="2h", until="2013-07-01"),
            "--last and --until exclude each other\n"
            "hint: --last counts back from the newest row; --since and --until give moments",
        ),
        (
            RequestText(since="2013-07-02", until="2013-07-01"),
            "--since 2013-07-02 is not before --until 2013-07-01\n"
            "hint: rows from --since on are read, up to but not at --until",
        ),
    ],
)
def test_a_request_that_does_not_fit_is_refused(airport_hours, text, error):
    with pytest.raises(Exception) as caught:
        parse_request(airport_hours, text)

    assert str(caught.value) == error
    assert caught.value.exit_code == 2


def test_a_span_needs_a_time_in_the_key(busiest):
    with pytest.raises(Exception) as caught:
        parse_request(busiest, RequestText(last="2h"))

    assert str(caught.value) == (
        "--last: the key of aggregate 'busiest' has no time column\n"
        "hint: give values of its key columns instead: rank"
    )


def test_only_what_cassandra_serves_is_read(airport_hours):
    with pytest.raises(Exception) as caught:
        parse_request(replace(airport_hours, sinks=airport_hours.sinks[1:]), RequestText())

    assert str(caught.value) == (
        "aggregate 'airport_hours' is not served from Cassandra, but from kafka\n"
        "hint: add cassandra to its option: 'sinks' = 'cassandra, kafka'"
    )
