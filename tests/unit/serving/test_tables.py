from dataclasses import replace

import pytest

from tally.errors import ProjectErrors
from tally.planning.job import CassandraSink, Clustering, Column
from tally.serving.errors import BucketColumnTaken, UnsupportedType, WrongTableName
from tally.serving.schema import ExistingTable, difference
from tally.serving.tables import CqlColumn, serving_table


def test_a_series_is_clustered_newest_first(airport_hours):
    assert serving_table(airport_hours, "tally").create_cql() == (
        "CREATE TABLE IF NOT EXISTS tally.airport_hours (\n"
        "  airport text,\n"
        "  window_end timestamp,\n"
        "  departures bigint,\n"
        '  "meanDelay" decimal,\n'
        "  PRIMARY KEY ((airport), window_end)\n"
        ") WITH CLUSTERING ORDER BY (window_end DESC)\n"
        "  AND comment = 'What happened at each airport''s hours?';"
    )


def test_a_key_of_time_alone_is_partitioned_by_its_bucket(sales_by_day):
    table = serving_table(sales_by_day, "Shop")

    assert table.partition_key == ("bucket",)
    assert table.create_cql() == (
        'CREATE TABLE IF NOT EXISTS "Shop".sales_by_day (\n'
        "  window_start timestamp,\n"
        '  "order" bigint,\n'
        "  bucket timestamp,\n"
        "  PRIMARY KEY ((bucket), window_start)\n"
        ") WITH CLUSTERING ORDER BY (window_start DESC)\n"
        "  AND comment = '';"
    )


def test_a_table_without_clustering_names_no_order(busiest):
    assert serving_table(busiest, "tally").create_cql() == (
        "CREATE TABLE IF NOT EXISTS tally.busiest (\n"
        "  rank bigint,\n"
        "  airport text,\n"
        "  PRIMARY KEY ((rank))\n"
        ") WITH comment = '';"
    )


def test_the_key_keeps_its_declared_order(airport_hours):
    sink = CassandraSink(
        "hours", ("airport", "departures"), (Clustering("meanDelay", "ASC"), Clustering("window_end", "DESC"))
    )

    table = serving_table(replace(airport_hours, sinks=(sink,)), "tally")

    assert table.key == ("airport", "departures", "meanDelay", "window_end")
    assert '  PRIMARY KEY ((airport, departures), "meanDelay", window_end)\n' in table.create_cql()
    assert 'WITH CLUSTERING ORDER BY ("meanDelay" ASC, window_end DESC)\n' in table.create_cql()


def test_an_unsupported_type_names_aggregate_and_column(airport_hours):
    columns = (*airport_hours.columns, Column("seen_at", "TIMESTAMP(6)", True))

    with pytest.raises(UnsupportedType) as caught:
        serving_table(replace(airport_hours, columns=columns), "tally")

    assert str(caught.value) == (
        "sql/aggregates/airport_hours.sql:2:1: aggregate 'airport_hours', column 'seen_at': "
        "Cassandra cannot store TIMESTAMP(6)\n"
        "hint: write CAST(seen_at AS TIMESTAMP(3))"
    )


def test_a_table_name_has_letters_digits_and_underscores_only(airport_hours):
    sink = replace(airport_hours.cassandra, table="airport-hours")

    with pytest.raises(WrongTableName) as caught:
        serving_table(replace(airport_hours, sinks=(sink,)), "tally")

    assert str(caught.value) == (
        "sql/aggregates/airport_hours.sql:2:1: aggregate 'airport_hours': "
        "'airport-hours' cannot be the name of a Cassandra table\n"
        "hint: use 1 to 222 letters, digits and underscores in option 'cassandra.table'"
    )


def test_a_column_cannot_have_the_name_of_the_bucket(sales_by_day):
    columns = (*sales_by_day.columns, Column("bucket", "INT", True))

    with pytest.raises(BucketColumnTaken) as caught:
        serving_table(replace(sales_by_day, columns=columns), "tally")

    assert str(caught.value) == (
        "sql/aggregates/airport_hours.sql:2:1: aggregate 'sales_by_day': "
        "column 'bucket' has the name of its time bucket\n"
        "hint: give the column another name: bucket AS ..."
    )


def test_all_that_is_wrong_with_a_table_is_said_at_once(airport_hours):
    sink = replace(airport_hours.cassandra, table="a b")
    columns = (*airport_hours.columns, Column("parts", "ROW<a INT>", True))

    with pytest.raises(ProjectErrors) as caught:
        serving_table(replace(airport_hours, sinks=(sink,), columns=columns), "tally")

    assert [type(error) for error in caught.value.errors] == [WrongTableName, UnsupportedType]


def existing(table, *, without=(), more=(), key=None, clustering=None):
    columns = [column for column in table.columns if column.name not in without] + list(more)
    return ExistingTable(
        tuple(sorted(columns, key=lambda column: column.name)),
        table.partition_key if key is None else key,
        table.clustering if clustering is None else clustering,
    )


def test_a_table_that_fits_has_no_difference(airport_hours):
    table = serving_table(airport_hours, "tally")

    assert difference(table, existing(table)) is None


def test_regular_columns_can_be_added_and_dropped_in_cql(airport_hours):
    table = serving_table(airport_hours, "tally")
    there = existing(table, without=("departures", "meanDelay"), more=[CqlColumn("Old", "int")])

    assert str(difference(table, there)) == (
        "sql/aggregates/airport_hours.sql:2:1: table tally.airport_hours differs from aggregate 'airport_hours': "
        'column departures bigint is missing; column "meanDelay" decimal is missing; '
        'column "Old" int is not in the aggregate\n'
        'hint: change it in CQL: ALTER TABLE tally.airport_hours ADD (departures bigint, "meanDelay" decimal); '
        'ALTER TABLE tally.airport_hours DROP ("Old"); '
        "or `tally drop airport_hours` removes it with all its rows"
    )


def test_another_key_or_type_needs_a_new_table(airport_hours):
    table = serving_table(airport_hours, "tally")
    there = existing(
        table,
        without=("departures",),
        more=[CqlColumn("departures", "int")],
        clustering=(Clustering("window_end", "ASC"),),
    )

    assert str(difference(table, there)) == (
        "sql/aggregates/airport_hours.sql:2:1: table tally.airport_hours differs from aggregate 'airport_hours': "
        "the primary key is ((airport), window_end ASC) and must be ((airport), window_end DESC); "
        "column departures is int and must be bigint\n"
        "hint: `tally drop airport_hours` removes it with all its rows"
    )
