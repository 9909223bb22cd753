"""The registry on a real broker: changes by compare-and-set, fencing, commits without an answer, compaction."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient

from tally.errors import Span
from tally.planning.job import Aggregate, Bucket, CassandraSink, Clustering, Column, KafkaSink, Window
from tally.registry import log
from tally.registry.entries import Entry
from tally.registry.errors import (
    NotServed,
    RegistryBusy,
    RegistryNotCompacted,
    RegistryUnreachable,
    UnreadableEntry,
)
from tally.registry.log import Registry, Snapshot, entries_by_key
from tally.registry.records import key_of
from tally.running.rest import wait_for
from tally.serving.errors import KafkaUnreachable
from tally.serving.topics import end_offsets, topic_config
from tally.serving.transactions import Transactions
from tally.settings import KafkaSettings
from tally.stack import Stack
from tally.stack.processes import free_ports
from tests.e2e.topics import make_topic

NOON = datetime(2026, 11, 30, 12, 0, 0, 123000, tzinfo=timezone.utc)
HOURS = Aggregate(
    name="airport_hours",
    comment="What happened at each airport's hours?",
    columns=(Column("airport", "STRING", False), Column("window_end", "TIMESTAMP(3)", False)),
    key=("airport", "window_end"),
    sinks=(
        CassandraSink(
            "airport_hours",
            ("airport",),
            (Clustering("window_end", "DESC"),),
            Bucket("window_end", timedelta(days=1)),
        ),
        KafkaSink("airport-hours"),
    ),
    window=Window("tumbling", timedelta(hours=1)),
    span=Span("sql/aggregates/airport_hours.sql", 2, 1),
)


def entry(name: str = "airport_hours", project: str = "shop", **more: object) -> Entry:
    known = Entry(
        project=project,
        aggregate=replace(HOURS, name=name),
        job="hours",
        run="0",
        fingerprint="f",
        tally="0.1",
        flink="2.3.0",
        status="running",
        changed=NOON,
        keyspace="shop",
        table_id="5b6962dd-3f90-4c93-8f61-eabfa4a803e2",
        topic_id="jpuSKgqYSx2ENsr82oQzww",
        state="file:/checkpoints/hours",
        final_until=NOON,
    )
    return replace(known, **more)  # type: ignore[arg-type]


def writing(*entries: Entry) -> log.Decide:
    return lambda _: entries_by_key(*entries)


@pytest.fixture
def topic() -> str:
    return f"registry-{uuid.uuid4().hex[:10]}"


@pytest.fixture
def registry(stack: Stack, topic: str) -> Registry:
    return Registry(stack.addresses().kafka, topic, KafkaSettings())


@pytest.fixture
def kafka(stack: Stack) -> str:
    return str(stack.addresses().kafka)


def test_what_is_written_is_read_whole(registry: Registry, kafka: str, topic: str) -> None:
    assert registry.read() == Snapshot()

    registry.change(writing(entry(), entry("b/c ü", "my shop", table_id=None, bounded=True)))

    read = registry.read()
    assert [one.entry for one in read.entries.values()] == [
        entry(),
        entry("b/c ü", "my shop", table_id=None, bounded=True),
    ]
    assert list(read.entries) == [b"shop/aggregate/airport_hours", b"my%20shop/aggregate/b%2Fc%20%C3%BC"]
    assert [one.number for one in read.entries.values()] == [0, 1]
    assert (read.find("shop", "airport_hours"), read.find("my shop", "airport_hours")) == (entry(), None)
    assert topic_config(kafka, topic)["cleanup.policy"] == "compact"
    assert list(end_offsets(kafka, topic)) == [0]


def test_what_is_dropped_is_not_served_and_the_nearest_name_is_told(registry: Registry) -> None:
    registry.change(writing(entry("a", status="dropped"), entry("c"), entry("b"), entry("x", "other")))

    read = registry.read()
    assert [one.name for one in read.of("shop")] == ["b", "c"]
    assert read.known("shop", "a").status == "dropped"
    with pytest.raises(NotServed) as caught:
        read.known("shop", "totals")
    assert str(caught.value) == (
        "unknown aggregate 'totals'\nhint: served: b, c; one that has never run is not served yet"
    )
    with pytest.raises(NotServed) as nothing:
        read.known("empty", "totals")
    assert nothing.value.hint == "nothing is served yet; `tally run` serves what sql/aggregates declares"


def counted(snapshot: Snapshot) -> Mapping[bytes, Entry | None]:
    before = snapshot.find("shop", "airport_hours")
    return entries_by_key(entry(run=str(int(before.run) + 1) if before else "1"))


def test_of_writers_at_once_none_overwrites_what_it_has_not_read(registry: Registry) -> None:
    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(registry.change, counted) for _ in range(12)]:
            done.result()

    found = registry.read().find("shop", "airport_hours")
    assert found is not None
    assert found.run == "12"


def test_who_is_fenced_while_it_decides_reads_and_decides_again(registry: Registry) -> None:
    seen: list[list[str]] = []

    def decide(snapshot: Snapshot) -> Mapping[bytes, Entry | None]:
        seen.append([one.name for one in snapshot.of("shop")])
        if len(seen) == 1:
            registry.change(writing(entry("first")))
        return entries_by_key(entry("second"))

    registry.change(decide)

    assert seen == [[], ["first"]]
    assert [one.name for one in registry.read().of("shop")] == ["first", "second"]


@pytest.mark.parametrize("arrives", [True, False])
def test_a_commit_without_an_answer_is_looked_for(
    registry: Registry, kafka: str, monkeypatch: pytest.MonkeyPatch, *, arrives: bool
) -> None:
    write, tries = Transactions.write, []

    def unanswered(self: Transactions, records: Iterator[object]) -> None:
        tries.append(1)
        if arrives or len(tries) > 1:
            write(self, records)  # type: ignore[arg-type]
        if len(tries) == 1:
            raise KafkaUnreachable(kafka, "no answer within 10 seconds")

    monkeypatch.setattr(Transactions, "write", unanswered)

    registry.change(counted)

    found = registry.read().find("shop", "airport_hours")
    assert found is not None
    assert (found.run, len(tries)) == ("1", 1 if arrives else 2)


def test_an_open_change_holds_no_reader_back_and_the_next_change_ends_it(
    registry: Registry, kafka: str, topic: str
) -> None:
    registry.change(writing(entry()))
    dead = Producer({"bootstrap.servers": kafka, "transactional.id": f"tally-registry/{topic}"})
    dead.init_transactions(30)
    dead.begin_transaction()
    dead.produce(topic, b"not json", key_of("shop", "half"), partition=0)
    assert dead.flush(30) == 0

    assert [one.name for one in registry.read().of("shop")] == ["airport_hours"]
    registry.change(writing(entry("after")))
    assert [one.name for one in registry.read().of("shop")] == ["after", "airport_hours"]


def test_a_refused_change_writes_nothing(registry: Registry, kafka: str, topic: str) -> None:
    def refuse(snapshot: Snapshot) -> Mapping[bytes, Entry | None]:
        snapshot.known("shop", "totals")
        return {}

    with pytest.raises(NotServed):
        registry.change(refuse)
    registry.change(lambda _: {})

    assert end_offsets(kafka, topic) == {0: (0, 0)}


def test_nobody_to_ask_is_said() -> None:
    address = f"127.0.0.1:{free_ports(1)[0]}"
    with pytest.raises(RegistryUnreachable) as caught:
        Registry(address, "tally-registry", KafkaSettings()).read()
    with pytest.raises(RegistryUnreachable) as nowhere:
        Registry(None, "tally-registry", KafkaSettings()).change(writing(entry()))

    assert str(caught.value) == (
        "what is served is written on Kafka, topic 'tally-registry', and no Kafka broker answers at "
        f"{address}: Connection refused\nhint: start it with `tally up`, or set kafka.bootstrap_servers"
    )
    assert nowhere.value.message == (
        "what is served is written on Kafka, topic 'tally-registry', and no Kafka broker runs here, "
        "and none is configured"
    )


def test_a_change_that_never_gets_through_says_why(
    registry: Registry, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_PATIENCE", 0.2)

    def always_fenced(_: Snapshot) -> Mapping[bytes, Entry | None]:
        registry.change(lambda _: {})
        return entries_by_key(entry())

    with pytest.raises(RegistryBusy) as caught:
        registry.change(always_fenced)

    assert str(caught.value) == (
        f"the registry, topic '{topic}', took no change within 0.2 seconds: others changed it each time\n"
        "hint: nothing was started or removed; run the command again"
    )


def test_a_record_that_is_no_entry_is_named_and_other_kinds_are_passed_over(
    registry: Registry, kafka: str, topic: str
) -> None:
    make_topic(kafka, topic, 1, **{"cleanup.policy": "compact"})
    producer = Producer({"bootstrap.servers": kafka})
    producer.produce(topic, b"of a later version", b"shop/dashboard/main")
    producer.produce(topic, b'{"project": "shop"}', b"shop/aggregate/totals")
    assert producer.flush(30) == 0

    with pytest.raises(UnreadableEntry) as caught:
        registry.read()

    assert str(caught.value) == (
        f"the registry cannot be read: topic '{topic}' partition 0 offset 1: aggregate: field required\n"
        "hint: a later version of tally may have written it: use that one; "
        "else choose another topic with the setting registry.topic"
    )


def test_a_topic_that_forgets_is_not_the_registry(registry: Registry, kafka: str, topic: str) -> None:
    make_topic(kafka, topic, 2)

    with pytest.raises(RegistryNotCompacted) as caught:
        registry.change(writing(entry()))

    assert str(caught.value) == (
        f"topic '{topic}' cannot be the registry: it has 2 partitions, cleanup.policy=delete\n"
        "hint: choose another topic with the setting registry.topic; tally creates it"
    )


def test_after_compaction_each_entry_is_there_once_and_its_number_is_never_given_again(
    registry: Registry, kafka: str, topic: str
) -> None:
    quick = {"segment.ms": "100", "min.cleanable.dirty.ratio": "0.01", "delete.retention.ms": "0"}
    make_topic(kafka, topic, 1, **{"cleanup.policy": "compact"}, **quick)
    for run in range(3):
        registry.change(writing(entry(run=str(run)), entry("gone")))
    registry.change(lambda _: {key_of("shop", "gone"): None})
    high = end_offsets(kafka, topic)[0][1]
    made = itertools.count(5)

    def compacted() -> bool:
        registry.change(writing(entry("last")))  # a segment is closed when the next record comes
        return len(registry.read().changes) < next(made)

    wait_for(compacted, 120)
    registry.change(writing(entry("gone", run="again")))

    read = registry.read()
    assert {one.name: one.run for one in read.of("shop")} == {
        "airport_hours": "2",
        "gone": "again",
        "last": "0",
    }
    assert read.entries[key_of("shop", "gone")].number > high


def test_reading_makes_no_topic(registry: Registry, kafka: str, topic: str) -> None:
    registry.read()

    assert topic not in AdminClient({"bootstrap.servers": kafka}).list_topics(timeout=10).topics
