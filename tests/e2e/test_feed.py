"""Feeding a real broker, and reading back what is in topics and tables for the recount."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timezone
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from tally.datasets import DATASETS, Dataset
from tally.datasets.errors import FeedFailed
from tally.datasets.feeding import FeedOptions, FeedResult, fed_records, feed, is_fed
from tally.errors import Span
from tally.planning.job import Aggregate, Bucket, CassandraSink, Clustering, Column, KafkaSink
from tally.recount import Rows, expected, recount, served_cassandra, served_kafka
from tally.recount.errors import UnreadableResult
from tally.recount.topics import BATCH, Raw, read_topic
from tally.serving.buckets import bucket_of
from tally.serving.cassandra import connect, ensure_keyspace
from tally.serving.errors import CassandraFailed, KafkaFailed, KafkaUnreachable
from tally.serving.names import quoted
from tally.serving.schema import ensure_tables
from tally.serving.tables import serving_table
from tally.settings import CassandraSettings, KafkaSettings
from tally.stack.processes import free_ports
from tests.e2e.topics import make_topic

SPAN = Span("sql/aggregates/x.sql", 1, 1)
numbers = count()


@pytest.fixture
def kafka(stack):
    return stack.addresses().kafka


@pytest.fixture
def topic():
    return f"feed-{next(numbers)}"


def small(topic, size=500):
    """The first purchases, as a data set of their own."""
    purchases = DATASETS["purchases"]
    events = [json.loads(record.value) for record in purchases.records(size)]
    return replace(purchases, topic=topic, size=size, events=lambda: iter(events))


def read_all(address, topic):
    """Every record with its time, by partition, with a plain consumer."""
    client = Consumer({"bootstrap.servers": address, "group.id": "test", "enable.auto.commit": False})
    partitions = client.list_topics(topic).topics[topic].partitions
    ends = {number: client.get_watermark_offsets(TopicPartition(topic, number))[1] for number in partitions}
    client.assign([TopicPartition(topic, number, 0) for number in partitions])
    found = {number: [] for number in partitions}
    while any(len(found[number]) < end for number, end in ends.items()):
        message = client.poll(30)
        assert message is not None and message.error() is None
        found[message.partition()].append((message.key(), message.value(), message.timestamp()[1]))
    client.close()
    return found


def create(address, topic, partitions=2, **config):
    make_topic(address, topic, partitions, **config)


def test_every_record_is_fed_in_order_by_key_with_the_time_of_feeding(kafka, topic):
    chosen, seen = small(topic, 2500), []
    before = datetime.now(timezone.utc).timestamp() * 1000
    result = feed(chosen, kafka, FeedOptions(topic=KafkaSettings(partitions=3)), seen.append)
    after = datetime.now(timezone.utc).timestamp() * 1000
    assert result == FeedResult(topic, 2500, 0)
    assert seen == [1000, 2000, 2500]
    found = read_all(kafka, topic)
    assert sorted(found) == [0, 1, 2]
    assert all(found.values())
    sent = [(record.key, record.value) for record in chosen.records()]
    for records in found.values():
        keys = {key for key, _, _ in records}
        assert [record[:2] for record in records] == [record for record in sent if record[0] in keys]
        assert all(before - 1 <= moment <= after for _, _, moment in records)
    assert sum(map(len, found.values())) == 2500


def test_a_fed_topic_is_told_from_a_half_fed_one_and_from_none(kafka, topic):
    chosen = small(topic)
    assert (fed_records(chosen, kafka), is_fed(chosen, kafka)) == (None, False)
    assert feed(chosen, kafka, FeedOptions(limit=200)) == FeedResult(topic, 200, 0)
    assert (fed_records(chosen, kafka), is_fed(chosen, kafka)) == (200, False)
    assert feed(chosen, kafka, FeedOptions(limit=300)) == FeedResult(topic, 300, 200)
    assert (fed_records(chosen, kafka), is_fed(chosen, kafka)) == (500, True)


def test_an_existing_topic_keeps_its_partitions(kafka, topic):
    create(kafka, topic, partitions=2)
    feed(small(topic), kafka, FeedOptions(topic=KafkaSettings(partitions=7)))
    assert sorted(read_all(kafka, topic)) == [0, 1]


def test_a_record_that_the_broker_refuses_stops_the_feed(kafka, topic):
    create(kafka, topic, partitions=1, **{"max.message.bytes": "2000"})
    chosen = small(topic, 100)
    events = list(chosen.events())
    events[60]["customer_id"] = "".join(chr(200 + number * 7 % 9000) for number in range(3000))
    # One record a batch, so that no other is refused along with it.
    options = FeedOptions(rate=40)
    with pytest.raises(FeedFailed) as error:
        feed(replace(chosen, events=lambda: iter(events)), kafka, options)
    taken = error.value.acknowledged
    assert str(error.value) == (
        f"feeding topic '{topic}' failed after {taken} records: Broker: Message size too large\n"
        "hint: the topic holds part of the data set; `tally down --wipe` empties the local broker"
    )
    # The refusal comes back while the producer goes on: a record or two behind it may be taken before the feed stops.
    assert 60 <= taken <= 65
    held = [json.loads(value)["purchase_id"] for _, value, _ in read_all(kafka, topic)[0]]
    assert held[:60] == list(range(1, 61))


def test_no_broker_is_an_error_within_seconds_that_names_the_address(topic):
    (port,) = free_ports(1)
    with pytest.raises(KafkaUnreachable) as error:
        feed(small(topic), f"127.0.0.1:{port}", FeedOptions())
    assert str(error.value).startswith(f"no Kafka broker answers at 127.0.0.1:{port}: ")
    with pytest.raises(KafkaUnreachable) as error:
        is_fed(small(topic), None)
    assert error.value.message == "no Kafka broker runs here, and none is configured"


def tally(folder, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", "from tally.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={"PYTHONPATH": str(Path.cwd()), "PATH": "/usr/bin:/bin", "COLUMNS": "120", **environment},
    )


@pytest.fixture
def project(tmp_path, kafka):
    (tmp_path / "sql").mkdir()
    (tmp_path / "pyproject.toml").write_text(
        f'[tool.tally.kafka]\nbootstrap_servers = "{kafka}"\npartitions = 2\n'
    )
    return tmp_path


def test_the_command_feeds_a_data_set_and_says_when_it_was_there_before(project, kafka):
    first = tally(project, "feed", "purchases", "--limit", "1200")
    assert (first.returncode, first.stdout) == (0, "fed 1200 records of purchases to topic purchases\n")
    assert "feed purchases" in first.stderr
    assert "1200/1200 records" in first.stderr
    second = tally(project, "feed", "purchases", "--limit", "3", "--rate", "100")
    assert (second.returncode, second.stdout) == (0, "fed 3 records of purchases to topic purchases\n")
    assert second.stderr.endswith("the topic held 1200 records before: events may be in it twice\n")
    found = read_all(kafka, "purchases")
    assert sorted(found) == [0, 1]
    assert sum(map(len, found.values())) == 1203
    with recount(kafka, ("purchases",)) as connection:
        assert sum(row[1] for row in expected(connection, "sales_by_day").rows) == 1203


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("flihgts",), "error: unknown data set 'flihgts'\nhint: did you mean 'flights'?\n"),
        (
            ("sessions", "--limit", "0"),
            "error: Invalid value for '--limit': 0 is not in the range x>=1.\nhint: tally feed --help\n",
        ),
    ],
)
def test_a_wrong_call_is_refused_with_what_to_write(tmp_path, arguments, text):
    (tmp_path / "sql").mkdir()
    refused = tally(tmp_path, "feed", *arguments)
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", text)


def test_a_topic_is_read_to_the_end_it_had_without_what_was_not_committed(kafka, topic):
    create(kafka, topic, partitions=2)
    client = Producer({"bootstrap.servers": kafka, "transactional.id": topic})
    client.init_transactions()
    for value, commit in ((b"one", True), (b"two", False), (b"three", True), (b"four", False)):
        client.begin_transaction()
        headers = [("of", value), ("none", None)]
        client.produce(topic, key=b"k", value=value, partition=0, timestamp=7, headers=headers)
        client.flush()
        client.commit_transaction() if commit else client.abort_transaction()
    read = [record for records in read_topic(kafka, topic) for record in records]
    assert read == [
        Raw(0, 0, b"k", b"one", 7, (("of", b"one"), ("none", None))),
        Raw(0, 4, b"k", b"three", 7, (("of", b"three"), ("none", None))),
    ]


def test_a_topic_longer_than_a_batch_is_read_whole(kafka, topic):
    chosen = small(topic, BATCH + 5000)
    feed(chosen, kafka, FeedOptions(topic=KafkaSettings(partitions=3)))
    read = [record for records in read_topic(kafka, topic) for record in records]
    assert sorted((it.key, it.value) for it in read) == sorted(
        (record.key, record.value) for record in chosen.records()
    )
    places = {number: [it.offset for it in read if it.partition == number] for number in range(3)}
    assert all(offsets == list(range(len(offsets))) for offsets in places.values())


def test_a_topic_that_is_not_there_is_named(kafka):
    with pytest.raises(KafkaFailed) as error:
        list(read_topic(kafka, "no-such-topic"))
    assert "no-such-topic" in str(error.value)


COLUMNS = (
    Column("airport", "VARCHAR(2147483647)", False),
    Column("window_start", "TIMESTAMP(3)", False),
    Column("departures", "BIGINT", False),
    Column("mean", "DECIMAL(10, 2)", True),
    Column("last", "TIMESTAMP_LTZ(3)", True),
    Column("day", "DATE", True),
)


def aggregate(*sinks):
    return Aggregate("hours", "?", COLUMNS, ("airport", "window_start"), sinks, None, SPAN)


def at(*moment):
    return datetime(*moment, tzinfo=timezone.utc)


def test_the_last_value_of_each_key_is_what_kafka_serves(kafka, topic):
    create(kafka, topic, partitions=2)
    row = {
        "airport": "JFK",
        "window_start": "2013-01-01 05:00:00",
        "departures": 7,
        "mean": None,
        "last": "2013-01-01 05:59:00.25Z",
        "day": "2013-01-01",
    }
    changes = [
        (b"a", row | {"departures": 1}),
        (b"b", row | {"airport": "EWR"}),
        (b"a", row),
        (b"b", None),
        (b"c", row | {"airport": "LGA", "last": None, "day": None}),
        (b"d", row),
        (b"d", None),
        (b"d", row | {"airport": "SJU", "window_start": "2013-01-01 06:00:00.001"}),
    ]
    client = Producer({"bootstrap.servers": kafka})
    for key, value in changes:
        text = None if value is None else json.dumps(value).replace('"mean": null', '"mean": 1E+1').encode()
        client.produce(topic, key=key, value=text)
    client.flush()
    rows = served_kafka(kafka, aggregate(KafkaSink(topic)))
    last = at(2013, 1, 1, 5, 59, 0, 250_000)
    assert rows.columns == ("airport", "window_start", "departures", "mean", "last", "day")
    assert sorted(rows.rows) == [
        ("JFK", at(2013, 1, 1, 5), 7, Decimal(10), last, date(2013, 1, 1)),
        ("LGA", at(2013, 1, 1, 5), 7, Decimal(10), None, None),
        ("SJU", at(2013, 1, 1, 6, 0, 0, 1000), 7, Decimal(10), last, date(2013, 1, 1)),
    ]


@pytest.mark.parametrize(
    "value",
    [
        b"no json",
        b"[]",
        b'{"airport":"JFK"}',
        b'{"airport":"JFK","window_start":"2013-01-01 05:00:00","departures":1.0,"mean":1,"last":null,"day":null}',
        b'{"airport":"JFK","window_start":"5 o\'clock","departures":1,"mean":1,"last":null,"day":null}',
        b'{"airport":"JFK","window_start":5,"departures":1,"mean":1,"last":null,"day":null}',
    ],
)
def test_a_value_that_is_no_row_is_named_by_its_place(kafka, topic, value):
    create(kafka, topic, partitions=1)
    client = Producer({"bootstrap.servers": kafka})
    client.produce(topic, key=b"a", value=b"x")
    client.produce(topic, key=b"a", value=value)
    client.flush()
    with pytest.raises(UnreadableResult) as error:
        served_kafka(kafka, aggregate(KafkaSink(topic)))
    assert str(error.value).startswith(f"topic '{topic}', partition 0, offset 1: ")


def test_all_rows_of_the_table_are_what_cassandra_serves(stack):
    settings = CassandraSettings(keyspace="Recount")
    bucket = Bucket("window_start", at(1970, 1, 2) - at(1970, 1, 1))
    sink = CassandraSink("hours", ("airport",), (Clustering("window_start", "DESC"),), bucket)
    chosen = aggregate(sink)
    rows = [
        ("JFK", at(2013, 1, 1, hour), hour, Decimal("-1.50"), at(2013, 1, 1, hour, 59), date(2013, 1, 1))
        for hour in range(24)
    ] + [("JFK", at(2013, 1, 2), 0, None, None, None), ("EWR", at(2013, 1, 2), 1, Decimal(0), None, None)]
    table = serving_table(chosen, settings.keyspace)
    with connect(stack.addresses().cassandra, settings) as session:
        ensure_keyspace(session, settings)
        with pytest.raises(CassandraFailed) as error:
            served_cassandra(session, chosen, settings.keyspace)
        assert str(error.value).startswith('Cassandra could not read table "Recount".hours: ')
        ensure_tables(session, [table])
        names = ", ".join(quoted(column.name) for column in table.columns)
        marks = ", ".join("?" * len(table.columns))
        insert = session.prepare(f"INSERT INTO {table} ({names}) VALUES ({marks})")
        for row in rows:
            session.execute(insert, (*row, bucket_of(row[1], bucket.width)))
        served = served_cassandra(session, chosen, settings.keyspace)
    assert isinstance(served, Rows)
    assert served.columns == tuple(column.name for column in COLUMNS)
    assert sorted(served.rows, key=lambda row: row[:2]) == sorted(rows, key=lambda row: row[:2])


def test_a_data_set_is_frozen():
    with pytest.raises(AttributeError):
        DATASETS["purchases"].topic = "x"
    assert isinstance(DATASETS["purchases"], Dataset)
