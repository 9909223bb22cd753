from dataclasses import replace
from datetime import datetime, timezone

import pytest

from tally.planning.job import CassandraSink, Clustering, Column
from tally.serving.requests import ReadRequest, RequestText, parse_request
from tally.serving.selection import matcher, result_order, select, sort_key
from tally.serving.tables import serving_table

UTC = timezone.utc
SINCE = datetime(2013, 7, 1, tzinfo=UTC)
COLUMNS = 'airport, window_end, departures, "meanDelay"'


def selected(aggregate, *filters, **span):
    request = parse_request(aggregate, RequestText(filters, **span))
    return select(aggregate, serving_table(aggregate, "tally"), request)


def served_by(aggregate, partition_key, *clustering):
    return replace(aggregate, sinks=(CassandraSink("t", partition_key, clustering),))


def test_a_partition_is_read_by_its_key_and_span(airport_hours):
    selection = selected(airport_hours, "airport=JFK", since="2013-07-01")

    assert selection.cql == (
        f"SELECT {COLUMNS} FROM tally.airport_hours WHERE airport = ? AND window_end >= ?"
    )
    assert selection.values() == ("JFK", SINCE)
    assert selection.is_ordered


def test_a_clustering_column_given_is_read_by_value(airport_hours):
    selection = selected(airport_hours, "window_end=2013-07-01", "airport=JFK")

    assert selection.cql.endswith(" WHERE airport = ? AND window_end = ?")
    assert selection.values() == ("JFK", SINCE)


def test_without_the_partition_key_the_table_is_read(airport_hours):
    selection = selected(airport_hours, "window_end=2013-07-01")

    assert selection.cql == f"SELECT {COLUMNS} FROM tally.airport_hours"
    assert (selection.partition, selection.values()) == (None, ())


def test_the_bucket_is_the_last_of_the_partition_key(sales_by_day):
    selection = selected(sales_by_day, until="2013-07-01")

    assert selection.cql == (
        'SELECT window_start, "order" FROM tally.sales_by_day WHERE bucket = ? AND window_start < ?'
    )
    bucket = datetime(2012, 12, 21, tzinfo=UTC)
    assert selection.values(bucket) == (bucket, SINCE)


def test_bounds_finer_than_milliseconds_keep_their_meaning(airport_hours):
    selection = selected(airport_hours, "airport=JFK", since="2013-07-01T00:00:00.000001")

    assert selection.values() == ("JFK", datetime(2013, 7, 1, 0, 0, 0, 1000, tzinfo=UTC))


def test_only_a_prefix_of_the_clustering_columns_goes_to_the_server(airport_hours):
    aggregate = served_by(
        replace(airport_hours, key=("airport", "departures", "window_end")),
        ("airport",),
        Clustering("departures", "ASC"),
        Clustering("window_end", "DESC"),
    )

    by_time = selected(aggregate, "airport=JFK", since="2013-07-01")
    by_both = selected(aggregate, "airport=JFK", "departures=3", since="2013-07-01")

    assert by_time.cql.endswith(" WHERE airport = ?")
    assert not by_time.is_ordered
    assert by_both.cql.endswith(" WHERE airport = ? AND departures = ? AND window_end >= ?")
    assert by_both.values() == ("JFK", 3, SINCE)
    assert by_both.is_ordered


def test_rows_of_a_series_come_newest_first_whatever_the_table_says(airport_hours):
    ascending = served_by(airport_hours, ("airport",), Clustering("window_end", "ASC"))

    assert result_order(ascending) == (Clustering("window_end", "DESC"), Clustering("airport", "ASC"))
    assert not selected(ascending, "airport=JFK").is_ordered


def test_rows_are_sorted_by_time_then_key(airport_hours):
    rows = [(airport, SINCE.replace(hour=hour), 1, None) for airport, hour in [("B", 1), ("A", 1), ("C", 2)]]

    assert sorted(rows, key=sort_key(airport_hours)) == [rows[2], rows[1], rows[0]]


def test_rows_without_time_are_sorted_by_key(busiest):
    rows = [(3, "JFK"), (1, "EWR"), (2, "LGA")]

    assert sorted(rows, key=sort_key(busiest)) == [(1, "EWR"), (2, "LGA"), (3, "JFK")]


@pytest.mark.parametrize(
    ("row", "matches"),
    [
        (("JFK", SINCE), True),
        (("LGA", SINCE), False),
        (("JFK", SINCE.replace(month=6)), False),
        (("JFK", SINCE.replace(day=2)), False),
        (("JFK", SINCE.replace(day=1, hour=23)), True),
    ],
)
def test_rows_are_matched_by_value_and_span(airport_hours, row, matches):
    aggregate = replace(airport_hours, columns=(*airport_hours.columns[:2], Column("n", "INT", True)))
    request = ReadRequest((("airport", "JFK"),), since=SINCE, until=SINCE.replace(day=2))

    assert matcher(aggregate, request)((*row, None)) is matches
