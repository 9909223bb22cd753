"""Serving tables, topics and reads against a real Cassandra and a real Kafka."""

import json
import subprocess
import sys
import uuid
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from cassandra.concurrent import execute_concurrent_with_args
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from tally.errors import ProjectErrors, Span
from tally.planning.job import (
    Aggregate,
    Bucket,
    CassandraSink,
    Clustering,
    Column,
    KafkaSink,
    Source,
    WindowEnd,
)
from tally.registry.entries import Entry
from tally.registry.log import Registry, entries_by_key
from tally.serving.buckets import bucket_of
from tally.serving.by_hand import compact_topic
from tally.serving.by_hand import create_topic as create_topic_by_hand
from tally.serving.cassandra import clear, connect, count_rows, drop, ensure_keyspace, execute, exists
from tally.serving.errors import (
    CassandraFailed,
    CassandraUnreachable,
    KafkaFailed,
    KafkaUnreachable,
    TableDiffers,
    TableMissing,
    TargetTopicMissing,
    TopicMissing,
    TopicNotCompacted,
    UnknownDatacenter,
)
from tally.serving.names import quoted
from tally.serving.reading import read
from tally.serving.requests import RequestText, parse_request
from tally.serving.schema import ensure_tables, find_table
from tally.serving.tables import serving_table
from tally.serving.tombstones import read_to_end, write_tombstones
from tally.serving.topics import (
    drop_topics,
    end_offsets,
    ensure_compacted,
    existing_topics,
    require_targets,
    require_topics,
)
from tally.serving.values import rows_to_json
from tally.settings import CassandraSettings, KafkaSettings
from tally.stack.processes import free_ports
from tests.e2e.topics import make_topic

UTC = timezone.utc
DAY = timedelta(days=1)
KEYSPACE = "Serving"  # quoted wherever it is written
SPAN = Span("sql/aggregates/hours.sql", 2, 1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def at(hours):
    """A moment so many hours after 1970 began."""
    return EPOCH + timedelta(hours=hours)


def aggregate_of(name, columns, sink, *more):
    key = (*sink.partition_key, *(by.column for by in sink.clustering))
    return Aggregate(name, f"What's in {name}?", columns, key, (sink, *more), None, SPAN)


def hours(name, bucket=None, order="DESC"):
    """A series by airport and hour."""
    columns = (
        Column("airport", "STRING", False),
        Column("hour", "TIMESTAMP(3)", False),
        Column("flights", "BIGINT", True),
    )
    return aggregate_of(
        name, columns, CassandraSink(name, ("airport",), (Clustering("hour", order),), bucket)
    )


@pytest.fixture(scope="module")
def settings():
    return CassandraSettings(keyspace=KEYSPACE)


@pytest.fixture(scope="module")
def session(stack, settings):
    with connect(stack.addresses().cassandra, settings) as session:
        ensure_keyspace(session, settings)
        yield session


@pytest.fixture(scope="module")
def kafka(stack):
    return stack.addresses().kafka


@pytest.fixture
def name():
    """A table's or topic's name that no other test uses."""
    return f"t_{uuid.uuid4().hex[:12]}"


def insert(session, aggregate, rows):
    """Write rows as the sink does: all columns and the bucket."""
    table = serving_table(aggregate, KEYSPACE)
    names = [column.name for column in table.columns]
    columns = ", ".join(quoted(column) for column in names)
    statement = session.prepare(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(names))})")
    bucket = aggregate.cassandra.bucket
    position = names.index(bucket.source) if bucket else 0
    values = [(*row, bucket_of(row[position], bucket.width)) if bucket else row for row in rows]
    execute_concurrent_with_args(session, statement, values)


def serve(session, aggregate, rows):
    ensure_tables(session, [serving_table(aggregate, KEYSPACE)])
    insert(session, aggregate, rows)
    return aggregate


def asked(session, aggregate, *filters, **text):
    return read(session, aggregate, parse_request(aggregate, RequestText(filters, **text)), KEYSPACE)


# Tables


def test_tables_are_created_once(session, name):
    aggregate = hours(name, Bucket("hour", DAY))
    table = serving_table(aggregate, KEYSPACE)
    assert not exists(session, table)

    assert ensure_tables(session, [table]) == [name]
    assert ensure_tables(session, [table]) == []

    there = find_table(session, table)
    assert (there.partition_key, there.clustering) == (("airport", "bucket"), (Clustering("hour", "DESC"),))
    assert set(there.columns) == set(table.columns)
    comment = session.execute(
        "SELECT comment FROM system_schema.tables WHERE keyspace_name = %s AND table_name = %s",
        (KEYSPACE, name),
    )
    assert comment.one() == (f"What's in {name}?",)


def test_a_table_that_differs_stops_before_anything_is_created(session, name):
    table = serving_table(hours(name), KEYSPACE)
    session.execute(
        f'CREATE TABLE {table} (airport text, hour timestamp, "Old" int, PRIMARY KEY (airport, hour)) '
        "WITH CLUSTERING ORDER BY (hour DESC)"
    )
    other = serving_table(hours(f"{name}_other"), KEYSPACE)

    with pytest.raises(TableDiffers) as caught:
        ensure_tables(session, [other, table])

    assert str(caught.value) == (
        f"sql/aggregates/hours.sql:2:1: table \"Serving\".{name} differs from aggregate '{name}': "
        'column flights bigint is missing; column "Old" int is not in the aggregate\n'
        f'hint: change it in CQL: ALTER TABLE "Serving".{name} ADD (flights bigint); '
        f'ALTER TABLE "Serving".{name} DROP ("Old"); or `tally drop {name}` removes it with all its rows'
    )
    assert not exists(session, other)
    for statement in caught.value.remedy.split("; "):
        session.execute(statement)
    assert ensure_tables(session, [other, table]) == [f"{name}_other"]


def test_all_tables_that_differ_are_shown(session, name):
    tables = [serving_table(hours(f"{name}_{i}"), KEYSPACE) for i in range(2)]
    for table in tables:
        session.execute(f"CREATE TABLE {table} (airport text PRIMARY KEY, hour text, flights bigint)")

    with pytest.raises(ProjectErrors) as caught:
        ensure_tables(session, tables)

    assert [error.differences for error in caught.value.errors] == [
        (
            "the primary key is ((airport)) and must be ((airport), hour DESC)",
            "column hour is text and must be timestamp",
        )
    ] * 2
    assert [error.remedy for error in caught.value.errors] == [None, None]


def test_every_derived_type_is_the_one_the_server_reports(session, name):
    aggregate = everything(name)
    table = serving_table(aggregate, KEYSPACE)
    ensure_tables(session, [table])

    assert set(find_table(session, table).columns) == set(table.columns)


def test_reserved_words_are_names_too(session, name):
    words = [
        "add",
        "default",
        "from",
        "infinity",
        "nan",
        "order",
        "schema",
        "table",
        "token",
        "unset",
        "Where",
    ]
    columns = (Column("select", "INT", False), *(Column(word, "INT", True) for word in words))
    aggregate = aggregate_of(name, columns, CassandraSink(name, ("select",), ()))

    serve(session, aggregate, [tuple(range(len(columns)))])

    assert asked(session, aggregate, "select=0").rows == (tuple(range(len(columns))),)


def test_clear_empties_and_drop_removes(session, name):
    aggregate = serve(session, hours(name), [("JFK", at(hour), hour) for hour in range(5)])
    table, missing = serving_table(aggregate, KEYSPACE), serving_table(hours(f"{name}_no"), KEYSPACE)
    assert (count_rows(session, table, 10), count_rows(session, table, 3)) == (5, 3)

    assert clear(session, [table, missing]) == [name]
    assert count_rows(session, table, 10) == 0

    assert drop(session, [table, missing]) == [name]
    assert drop(session, [table, missing]) == []
    with pytest.raises(TableMissing) as caught:
        asked(session, aggregate)
    assert str(caught.value) == (
        f"aggregate '{name}' serves nothing yet: there is no table \"Serving\".{name}\n"
        "hint: `tally run` creates and fills it"
    )


def test_a_retried_write_of_a_collection_changes_nothing(session, name):
    columns = (
        Column("k", "INT", False),
        Column("l", "ARRAY<INT>", True),
        Column("m", "MAP<STRING, INT>", True),
    )
    aggregate = aggregate_of(name, columns, CassandraSink(name, ("k",), ()))
    ensure_tables(session, [serving_table(aggregate, KEYSPACE)])
    for _ in range(2):
        session.execute(
            f"INSERT INTO {serving_table(aggregate, KEYSPACE)} (k, l, m) "
            "VALUES (1, [1, 2], {}) USING TIMESTAMP 1000"
        )

    assert asked(session, aggregate).rows == ((1, [1, 2], {}),)


# Reading


def everything(name):
    """One column of each type, the key of an upper-case word, a reserved word and a DECIMAL."""
    types = {
        "Carrier": "STRING",
        "order": "DECIMAL(10, 2)",
        "at": "TIMESTAMP_LTZ(3)",
        "ok": "BOOLEAN",
        "tiny": "TINYINT",
        "small": "SMALLINT",
        "number": "INT",
        "big": "BIGINT",
        "ratio": "FLOAT",
        "mean": "DOUBLE",
        "money": "DECIMAL(38, 18)",
        "raw": "BYTES",
        "day": "DATE",
        "clock": "TIME(3)",
        "seen": "TIMESTAMP(3)",
        "tags": "ARRAY<STRING>",
        "days": "MAP<STRING NOT NULL, ARRAY<DATE>>",
        "missing": "STRING",
    }
    columns = tuple(Column(column, type_, True) for column, type_ in types.items())
    return aggregate_of(
        name,
        columns,
        CassandraSink(name, ("Carrier", "order"), (Clustering("at", "DESC"),), Bucket("at", DAY)),
    )


ROW = (
    "Zürich 'x'",
    Decimal("1.50"),
    datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
    True,
    -128,
    -32768,
    -(2**31),
    -(2**63),
    0.5,
    float("inf"),
    Decimal("-12345678901234567890.123456789012345678"),
    b"\x00\xff",
    date(1, 1, 1),
    time(23, 59, 59, 999000),
    datetime(1800, 2, 3, 4, 5, 6, 7000, tzinfo=UTC),
    ["a", "b"],
    {"x": [date(2013, 1, 1)]},
    None,
)


def test_values_of_every_type_come_back_as_they_were_written(session, name):
    aggregate = serve(session, everything(name), [ROW])

    result = asked(session, aggregate, "Carrier=Zürich 'x'", "order=1.5", "at=1969-12-31T23:59:59.999")

    assert result.rows == (ROW,)
    assert [type(value) for value in result.rows[0]] == [type(value) for value in ROW]
    assert (result.columns, result.scan) == (aggregate.columns, "none")
    assert rows_to_json([column.name for column in result.columns], result.rows) == (
        '[\n  {"Carrier": "Zürich \'x\'", "order": "1.50", "at": "1969-12-31T23:59:59.999Z", "ok": true, '
        '"tiny": -128, "small": -32768, "number": -2147483648, "big": -9223372036854775808, "ratio": 0.5, '
        '"mean": "Infinity", "money": "-12345678901234567890.123456789012345678", "raw": "AP8=", "day": "0001-01-01", '
        '"clock": "23:59:59.999", "seen": "1800-02-03T04:05:06.007Z", "tags": ["a", "b"], '
        '"days": {"x": ["2013-01-01"]}, "missing": null}\n]'
    )


def test_a_time_far_ahead_comes_back_to_the_millisecond(session, name):
    row = ("JFK", datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC), 1)
    aggregate = serve(session, hours(name), [row])
    assert asked(session, aggregate, "airport=JFK").rows == (row,)


def test_buckets_of_negative_times_begin_before_them(session, name):
    aggregate = serve(session, everything(name), [ROW])

    buckets = session.execute(f"SELECT bucket FROM {serving_table(aggregate, KEYSPACE)}")

    assert buckets.one() == (datetime(1969, 12, 31),)


@pytest.fixture(scope="module", params=["by airport", "by airport and day", "by airport, oldest first"])
def series(request, session):
    """Two airports, hours -30 to 29 around 1970, in each layout that a table may have."""
    name = f"series_{uuid.uuid4().hex[:8]}"
    layouts = {
        "by airport": hours(name),
        "by airport and day": hours(name, Bucket("hour", DAY)),
        "by airport, oldest first": hours(name, order="ASC"),
    }
    rows = [(airport, at(hour), hour) for airport in ("LGA", "JFK") for hour in range(-30, 30)]
    return serve(session, layouts[request.param], rows)


def listed(aggregate):
    """What a read by partition costs where the span is open."""
    return "partition keys" if aggregate.cassandra.bucket else "none"


def test_a_partition_comes_newest_first(session, series):
    result = asked(session, series, "airport=JFK")

    assert result.rows == tuple(("JFK", at(hour), hour) for hour in range(29, -31, -1))
    assert (result.scan, result.has_more) == (listed(series), False)


def test_a_limit_takes_the_newest(session, series):
    result = asked(session, series, "airport=JFK", limit=7)

    assert result.rows == tuple(("JFK", at(hour), hour) for hour in range(29, 22, -1))
    assert result.has_more
    assert not asked(session, series, "airport=JFK", limit=60).has_more


def test_a_span_begins_with_since_and_ends_before_until(session, series):
    result = asked(session, series, "airport=LGA", since="1969-12-31T22:00", until="1970-01-01T02:00")

    assert result.rows == tuple(("LGA", at(hour), hour) for hour in (1, 0, -1, -2))
    assert not result.is_scan


@pytest.mark.parametrize(
    ("span", "kept"),
    [
        ({"since": "1970-01-02T03:00"}, range(29, 26, -1)),
        ({"until": "1969-12-30T20:00"}, range(-29, -31, -1)),
    ],
)
def test_a_span_may_be_open(session, series, span, kept):
    result = asked(session, series, "airport=JFK", **span)

    assert result.rows == tuple(("JFK", at(hour), hour) for hour in kept)
    assert result.scan == listed(series)


def test_last_counts_back_from_the_newest_row(session, series):
    result = asked(session, series, "airport=JFK", last="8h")

    assert result.rows == tuple(("JFK", at(hour), hour) for hour in range(29, 21, -1))


def test_last_and_limit_together(session, series):
    result = asked(session, series, "airport=JFK", last="8h", limit=2)

    assert (result.rows, result.has_more) == ((("JFK", at(29), 29), ("JFK", at(28), 28)), True)


def test_one_row_is_read_by_its_whole_key(session, series):
    result = asked(session, series, "hour=1969-12-31T23:00", "airport=JFK")

    assert (result.rows, result.scan) == ((("JFK", at(-1), -1),), "none")


def test_without_the_partition_key_the_table_is_scanned(session, series):
    result = asked(session, series, since="1970-01-02T04:00")

    assert result.rows == tuple((airport, at(hour), hour) for hour in (29, 28) for airport in ("JFK", "LGA"))
    assert (result.scan, result.is_scan) == ("table", True)
    assert asked(session, series, last="1h", limit=1).rows == (("JFK", at(29), 29),)
    assert asked(session, series, "hour=1970-01-01").rows == (("JFK", at(0), 0), ("LGA", at(0), 0))


@pytest.mark.parametrize("text", [{}, {"last": "1d"}, {"since": "1970-01-01", "until": "1970-01-02"}])
def test_a_key_that_has_no_rows_gives_none(session, series, text):
    assert asked(session, series, "airport=EWR", **text).rows == ()


def test_a_long_span_is_read_over_the_partitions_that_exist(session, series):
    result = asked(session, series, "airport=JFK", since="1900-01-01", until="2100-01-01")

    assert len(result.rows) == 60
    assert result.scan == listed(series)


def test_a_key_of_time_alone_is_read_over_its_buckets(session, name):
    columns = (Column("day", "TIMESTAMP(3)", False), Column("sales", "DECIMAL(12, 2)", True))
    sink = CassandraSink(name, (), (Clustering("day", "DESC"),), Bucket("day", timedelta(days=10)))
    rows = [(at(24 * day), Decimal(day).scaleb(-2)) for day in range(-25, 25)]
    aggregate = serve(session, aggregate_of(name, columns, sink), rows)

    result = asked(session, aggregate)
    assert (result.rows, result.scan) == (tuple(reversed(rows)), "partition keys")
    assert asked(session, aggregate, last="2d").rows == (rows[-1], rows[-2])
    between = asked(session, aggregate, since="1969-12-30", until="1970-01-02")
    assert (between.rows, between.scan) == (tuple(rows[25:22:-1]), "none")


def test_a_newest_bucket_left_empty_by_deletes_is_passed_over(session, name):
    aggregate = serve(
        session, hours(name, Bucket("hour", DAY)), [("JFK", at(hour), hour) for hour in range(48)]
    )
    table = serving_table(aggregate, KEYSPACE)
    for hour in range(24, 48):
        session.execute(
            f"DELETE FROM {table} WHERE airport = 'JFK' AND bucket = %s AND hour = %s", (at(24), at(hour))
        )

    assert asked(session, aggregate, "airport=JFK", last="2h").rows == (
        ("JFK", at(23), 23),
        ("JFK", at(22), 22),
    )


def test_rows_without_time_come_in_the_order_of_their_key(session, name):
    columns = (Column("rank", "BIGINT", False), Column("airport", "STRING", True))
    aggregate = aggregate_of(name, columns, CassandraSink(name, ("rank",), ()))
    serve(session, aggregate, [(rank, f"A{rank}") for rank in range(10, 0, -1)])

    result = asked(session, aggregate, limit=3)

    assert (result.rows, result.scan, result.has_more) == (((1, "A1"), (2, "A2"), (3, "A3")), "table", True)
    assert asked(session, aggregate, "rank=7").rows == ((7, "A7"),)


def test_more_rows_than_a_page_are_read(session, name):
    aggregate = serve(session, hours(name), [("JFK", at(hour), hour) for hour in range(5100)])

    assert [row[2] for row in asked(session, aggregate, "airport=JFK").rows] == list(range(5099, -1, -1))
    assert [row[2] for row in asked(session, aggregate).rows] == list(range(5099, -1, -1))


def test_a_filter_past_the_prefix_is_applied_here(session, name):
    columns = (Column("k", "INT", False), Column("a", "STRING", False), Column("b", "INT", False))
    sink = CassandraSink(name, ("k",), (Clustering("a", "ASC"), Clustering("b", "DESC")))
    rows = [(1, a, b) for a in "xy" for b in (3, 2, 1)]
    aggregate = serve(session, aggregate_of(name, columns, sink), rows)

    assert asked(session, aggregate, "k=1").rows == tuple(rows)
    result = asked(session, aggregate, "k=1", "b=2")
    assert (result.rows, result.scan) == (((1, "x", 2), (1, "y", 2)), "none")


def test_reading_a_table_that_differs_is_refused(session, name):
    aggregate = hours(name)
    session.execute(f"CREATE TABLE {serving_table(aggregate, KEYSPACE)} (airport text PRIMARY KEY)")

    with pytest.raises(TableDiffers):
        asked(session, aggregate)


# Servers


def test_a_cassandra_that_is_not_there_is_named(settings):
    address = f"127.0.0.1:{free_ports(1)[0]}"
    with pytest.raises(CassandraUnreachable) as caught, connect(address, settings):
        pass

    assert str(caught.value) == (
        f"no Cassandra answers at {address}: Connection refused\n"
        "hint: start it with `tally up`, or set cassandra.contact_points"
    )


def test_an_unknown_host_is_named(settings):
    with pytest.raises(CassandraUnreachable) as caught, connect("nowhere.invalid:9042", settings):
        pass

    assert caught.value.message == (
        "no Cassandra answers at nowhere.invalid:9042: the name of the host is unknown"
    )


def test_no_address_at_all_is_said(settings):
    with pytest.raises(CassandraUnreachable) as cassandra, connect(None, settings):
        pass
    with pytest.raises(KafkaUnreachable) as kafka:
        end_offsets(None, "t")

    assert cassandra.value.message == "no Cassandra runs here, and none is configured"
    assert kafka.value.message == "no Kafka broker runs here, and none is configured"


def test_a_server_that_speaks_no_cql_is_unreachable(kafka, settings):
    with pytest.raises(CassandraUnreachable) as caught, connect(kafka, settings):
        pass

    assert caught.value.message == (
        f"no Cassandra answers at {kafka}: no answer: Timed out creating connection (10.0 seconds)"
    )


def test_an_unknown_data_centre_is_answered_with_the_nearest(stack, settings):
    address = stack.addresses().cassandra
    wrong = settings.model_copy(update={"local_datacenter": "datacentre1"})
    with pytest.raises(UnknownDatacenter) as caught, connect(address, wrong):
        pass

    assert str(caught.value) == (
        f"Cassandra at {address} has no data centre 'datacentre1'\n"
        "hint: set cassandra.local_datacenter: did you mean 'datacenter1'?"
    )


def test_what_the_server_refuses_is_said_in_its_words(session):
    with pytest.raises(CassandraFailed) as caught:
        execute(session, "count to three", "SELECT three FROM system.local")

    assert str(caught.value) == (
        "Cassandra could not count to three: Undefined column name three in table system.local"
    )


def test_a_broker_that_is_not_there_is_named():
    address = f"127.0.0.1:{free_ports(1)[0]}"
    with pytest.raises(KafkaUnreachable) as caught:
        end_offsets(address, "t")

    assert str(caught.value) == (
        f"no Kafka broker answers at {address}: Connection refused\n"
        "hint: start it with `tally up`, or set kafka.bootstrap_servers"
    )


# Topics


@contextmanager
def producing(kafka, **options):
    producer = Producer({"bootstrap.servers": kafka, "linger.ms": 0, **options})
    yield producer
    assert producer.flush(30) == 0


def create_topic(kafka, name, **config):
    make_topic(kafka, name, 2, **config)


def contents(kafka, topic):
    """Key and value of each record, by partition."""
    records = read_to_end(kafka, topic, end_offsets(kafka, topic))
    return sorted((record.partition, record.offset, record.key, record.value) for record in records)


def test_result_topics_are_created_compacted(kafka, name):
    assert ensure_compacted(kafka, [name, name], KafkaSettings(partitions=3)) == [name]
    assert ensure_compacted(kafka, [name], KafkaSettings(partitions=5)) == []

    assert end_offsets(kafka, name) == {0: (0, 0), 1: (0, 0), 2: (0, 0)}
    client = AdminClient({"bootstrap.servers": kafka})
    resource = ConfigResource(ResourceType.TOPIC, name)
    assert client.describe_configs([resource])[resource].result()["cleanup.policy"].value == "compact"


def test_a_result_topic_that_forgets_stops_before_anything_is_created(kafka, name):
    create_topic(kafka, name)
    create_topic(kafka, f"{name}_both", **{"cleanup.policy": "compact,delete"})

    with pytest.raises(TopicNotCompacted) as caught:
        ensure_compacted(kafka, [f"{name}_new", name, f"{name}_both"], KafkaSettings())

    assert str(caught.value) == (
        f"topic '{name}' has cleanup.policy=delete: it would forget results\n"
        f"hint: run {compact_topic(kafka, name)}"
    )
    by_hand(compact_topic(kafka, name))
    assert ensure_compacted(kafka, [name], KafkaSettings()) == []
    assert existing_topics(kafka, [f"{name}_new", name]) == [name]


def test_topics_that_sources_read_must_be_there(kafka, name):
    create_topic(kafka, name)
    place = Span("sql/sources/s.sql", 3, 1)
    require_topics(kafka, [Source("s", name, (), place), Source("generated", "", (), place)], {})

    with pytest.raises(TopicMissing) as near:
        require_topics(kafka, [Source("s", f"{name}s", (), place)], {})
    with pytest.raises(ProjectErrors) as several:
        require_topics(
            kafka,
            [Source("s", f"{name};§", (), place), Source("f", "no-such-flights", (), place)],
            {"no-such-flights": "flights"},
        )

    assert str(near.value) == (
        f"sql/sources/s.sql:3:1: source 's' reads topic '{name}s', which is not on the broker at {kafka}\n"
        f"hint: did you mean '{name}'? Else create it: {create_topic_by_hand(kafka, name + 's')}"
    )
    assert [error.hint for error in several.value.errors] == [
        f"create it: {create_topic_by_hand(kafka, '§')}",
        "`tally feed flights` creates and fills it",
    ]
    by_hand(create_topic_by_hand(kafka, f"{name}s"))
    require_topics(kafka, [Source("s", f"{name}s", (), place)], {})


def test_topics_that_plain_inserts_write_must_be_there(kafka, name):
    create_topic(kafka, name)
    place = Span("sql/aggregates/a.sql", 1, 1)
    require_targets(kafka, {"sink": name}, place)
    with pytest.raises(TargetTopicMissing) as missing:
        require_targets(kafka, {"sink": name, "other": f"{name}s"}, place)
    assert str(missing.value) == (
        f"sql/aggregates/a.sql:1:1: table 'other' writes topic '{name}s', which is not on the broker at {kafka}\n"
        f"hint: did you mean '{name}'? Else create it: {create_topic_by_hand(kafka, name + 's')}"
    )


def by_hand(command):
    """Run what a hint says, as a person would."""
    subprocess.run(command, shell=True, check=True)


def test_ends_of_a_topic_that_is_not_there(kafka):
    with pytest.raises(KafkaFailed) as caught:
        end_offsets(kafka, "nowhere")

    assert str(caught.value) == (
        "Kafka could not describe topic 'nowhere': Broker: Unknown topic or partition"
    )


def test_tombstones_are_written_where_the_values_are(kafka, name):
    create_topic(kafka, name)
    with producing(kafka) as producer:
        for partition, key, value in [
            (0, "a", "1"),
            (1, "a", "1"),
            (0, "b", "1"),
            (0, "b", None),
            (0, "a", "2"),
        ]:
            producer.produce(name, key=key, value=value, partition=partition)
        producer.produce(name, value="no key", partition=0)

    assert write_tombstones(kafka, name) == 2
    assert contents(kafka, name)[-3:] == [(0, 5, b"a", None), (1, 0, b"a", b"1"), (1, 1, b"a", None)]
    assert write_tombstones(kafka, name) == 0


def test_tombstones_follow_what_is_committed(kafka, name):
    create_topic(kafka, name)
    with producing(kafka, **{"transactional.id": name}) as producer:
        producer.init_transactions(30)
        for value, finish in [("1", producer.commit_transaction), ("2", producer.abort_transaction)]:
            producer.begin_transaction()
            producer.produce(name, key="kept" if value == "1" else "aborted", value=value, partition=0)
            assert producer.flush(30) == 0  # else abort drops what was not sent yet
            finish(30)

    assert [record[2:] for record in contents(kafka, name)] == [(b"kept", b"1")]
    assert write_tombstones(kafka, name) == 1
    assert [record[2:] for record in contents(kafka, name)] == [(b"kept", b"1"), (b"kept", None)]


def test_topics_are_dropped(kafka, name):
    create_topic(kafka, name)

    assert drop_topics(kafka, [name, "nowhere"]) == [name]
    assert drop_topics(kafka, [name]) == []


# Command line


def deployed(aggregate, project, **more):
    entry = Entry(
        project=project,
        aggregate=aggregate,
        job=aggregate.name,
        run="0",
        fingerprint="",
        tally="0",
        flink="0",
        status="finished",
        changed=EPOCH,
        keyspace=KEYSPACE,
    )
    return replace(entry, **more)


@pytest.fixture
def tally(stack, tmp_path):
    """Run a command in a small project that serves on the shared stack."""
    (tmp_path / "sql").mkdir()
    environ = {
        "TALLY_CASSANDRA_CONTACT_POINTS": stack.addresses().cassandra,
        "TALLY_CASSANDRA_KEYSPACE": KEYSPACE,
        "TALLY_KAFKA_BOOTSTRAP_SERVERS": stack.addresses().kafka,
        "TALLY_REGISTRY_TOPIC": f"registry-{uuid.uuid4().hex[:10]}",
        "PYTHONWARNINGS": "error",
    }

    def run(*arguments, answer="", **variables):
        call = [sys.executable, "-c", "from tally.cli import main; main()", *arguments]
        done = subprocess.run(
            call,
            cwd=tmp_path,
            env={**environ, **variables},
            input=answer,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def know(*aggregates):
        pairs = [one if isinstance(one, tuple) else (one, {}) for one in aggregates]
        entries = [deployed(aggregate, tmp_path.name, **more) for aggregate, more in pairs]
        topic = environ["TALLY_REGISTRY_TOPIC"]
        Registry(stack.addresses().kafka, topic, KafkaSettings()).change(lambda _: entries_by_key(*entries))
        return run

    return know


def test_query_prints_a_table(session, tally, name):
    run = tally(serve(session, hours(name), [("JFK", at(hour), None if hour else 7) for hour in range(3)]))

    assert run("query", name, "airport=JFK", "--limit", "2") == (
        0,
        "┏━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━┓\n"
        "┃ airport ┃ hour                     ┃ flights ┃\n"
        "┡━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━┩\n"
        "│ JFK     │ 1970-01-01T02:00:00.000Z │    null │\n"
        "│ JFK     │ 1970-01-01T01:00:00.000Z │    null │\n"
        "└─────────┴──────────────────────────┴─────────┘\n",
        "the first 2 rows; --limit N shows more\n",
    )


def test_query_prints_json_and_says_what_it_read(session, tally, name):
    aggregate = hours(name, Bucket("hour", DAY))
    run = tally(serve(session, aggregate, [("JFK", at(0), 1), ("LGA", at(1), 2)]))
    jfk = '[\n  {"airport": "JFK", "hour": "1970-01-01T00:00:00.000Z", "flights": 1}\n]\n'

    assert run("query", name, "--until", "1970-01-01T01:00", "--json") == (
        0,
        jfk,
        "scan: the whole table was read; airport=... reads one partition\n",
    )
    assert run("query", name, "airport=JFK", "--last", "1h", "--json") == (
        0,
        jfk,
        "scan: all partition keys were listed for their time; --since and --until together need no list\n",
    )
    assert run("query", name, "airport=JFK", "--since", "1970-01-01", "--until", "1970-01-02", "--json") == (
        0,
        jfk,
        "",
    )
    assert run("query", name, "airport=EWR", "hour=1970-01-01", "--json") == (0, "[]\n", "no rows\n")


def test_query_shows_100_rows_unless_told(session, tally, name):
    run = tally(serve(session, hours(name), [("JFK", at(hour), hour) for hour in range(101)]))

    code, out, err = run("query", name, "airport=JFK")
    assert (code, out.count("JFK"), err) == (0, 100, "the first 100 rows; --limit N shows more\n")
    code, out, err = run("query", name, "airport=JFK", "--json")
    assert (code, out.count("JFK"), err) == (0, 101, "")


def test_query_names_the_nearest_aggregate(tally):
    run = tally(hours("airport_hours"))

    assert run("query", "airport_hour") == (
        2,
        "",
        "error: unknown aggregate 'airport_hour'\nhint: did you mean 'airport_hours'?\n",
    )


def test_query_of_what_was_never_served(tally, name):
    run = tally(hours(name))

    assert run("query", name) == (
        1,
        "",
        f"error: aggregate '{name}' serves nothing yet: there is no table \"Serving\".{name}\n"
        "hint: `tally run` creates and fills it\n",
    )


def test_drop_says_what_it_removes_and_asks(session, kafka, tally, name, tmp_path):
    served = hours(name)
    aggregate = replace(served, sinks=(*served.sinks, KafkaSink(name)))
    run = tally(serve(session, aggregate, [("JFK", at(0), 1)]))
    create_topic(kafka, name, **{"cleanup.policy": "compact"})
    with producing(kafka) as producer:
        for value in ("1", "2"):
            producer.produce(name, key="JFK", value=value)
    what = f"aggregate '{name}' serves\n  table \"Serving\".{name}: 1 row\n  topic {name}: 2 records\n"
    table = serving_table(aggregate, KEYSPACE)

    assert run("drop", name, answer="n\n") == (130, f"{what}remove all of it? [y/N]: ", "stopped\n")
    assert exists(session, table)
    assert existing_topics(kafka, [name]) == [name]

    (tmp_path / "sql/aggregates").mkdir()
    (tmp_path / "sql/aggregates/hours.sql").touch()
    again = "removed; `tally run --fresh sql/aggregates/hours.sql` fills it again\n"
    assert run("drop", name, "--yes") == (0, f"{what}{again}", "")
    assert not exists(session, table)
    assert existing_topics(kafka, [name]) == []
    assert run("drop", name) == (0, f"aggregate '{name}' serves nothing\n", "")
    assert run("query", name) == (
        1,
        "",
        f"error: aggregate '{name}' serves nothing: it was dropped\nhint: `tally run --fresh` fills it again\n",
    )


def test_what_is_served_is_known_from_the_registry_whatever_the_files_say(session, tally, name, tmp_path):
    run = tally(serve(session, hours(name), [("JFK", at(0), 1)]))
    (tmp_path / "sql/aggregates").mkdir()
    (tmp_path / "sql/aggregates/broken.sql").write_text("CREATE MATERIALIZED", "utf-8")

    assert run("query", name, "airport=JFK", "--json") == (
        0,
        '[\n  {"airport": "JFK", "hour": "1970-01-01T00:00:00.000Z", "flights": 1}\n]\n',
        "",
    )
    gone = f"aggregate '{name}' is still served, its file sql/aggregates/hours.sql is gone: "
    assert f"{gone}`tally drop {name}` removes what it serves" in run("status")[1]
    assert run("drop", name, "--yes") == (
        0,
        f"aggregate '{name}' serves\n  table \"Serving\".{name}: 1 row\nremoved\n",
        "",
    )
    assert gone not in run("status")[1]


def test_a_query_without_a_broker_says_where_what_is_served_is_written(tally, name):
    address = f"127.0.0.1:{free_ports(1)[0]}"
    run = tally(hours(name))

    code, out, err = run("query", name, TALLY_KAFKA_BOOTSTRAP_SERVERS=address)

    assert (code, out) == (1, "")
    assert err.startswith("error: what is served is written on Kafka, topic 'registry-")
    assert err.endswith(
        f"', and no Kafka broker answers at {address}: Connection refused\n"
        "hint: start it with `tally up`, or set kafka.bootstrap_servers\n"
    )


def test_rows_of_windows_that_a_bounded_run_closed_are_marked(session, tally, name):
    rows = [("JFK", at(hour), hour) for hour in range(4)]
    aggregate = serve(session, replace(hours(name), window_end=WindowEnd("hour", timedelta(hours=1))), rows)
    ended = {"bounded": True, "final_until": at(2) + timedelta(minutes=30), "provisional_until": at(4)}
    run = tally((aggregate, ended))
    code, out, err = run("query", name, "airport=JFK", "--json")
    marked = [row.get("_final_until") for row in json.loads(out)]
    assert (code, marked) == (0, ["1970-01-01T02:30:00.000Z", "1970-01-01T02:30:00.000Z", None, None])
    assert err == (
        "2 rows are provisional: a bounded run ended at 1970-01-01T02:30:00.000Z, before the windows did\n"
    )

    run = tally((aggregate, {**ended, "bounded": False, "provisional_until": at(3)}))
    _, out, err = run("query", name, "airport=JFK")
    assert "_final_until" not in out
    assert err == (
        "1 row is provisional: a bounded run ended at 1970-01-01T02:30:00.000Z, before the windows did, "
        "and the job that runs since may not have closed them again\n"
    )

    run = tally((aggregate, {"bounded": True, "status": "failed"}))
    assert run("query", name, "airport=JFK")[2] == (
        "the bounded run that serves this has not come to its end: rows of earlier runs may be among these; "
        "run it again\n"
    )
