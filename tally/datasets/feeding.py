"""Feeding: records of a data set to its topic, at full speed or paced, each acknowledged or an error.

A producer with ``acks=all`` and idempotence neither loses nor doubles nor reorders a record when it retries. The
record timestamp is the time of feeding.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from confluent_kafka import KafkaError, Message, Producer
from confluent_kafka.admin import NewTopic

from tally.datasets.dataset import Dataset, Record
from tally.datasets.errors import FeedFailed
from tally.serving.kafka import REQUEST_SECONDS, admin, metadata, naming, producer
from tally.serving.topics import end_offsets
from tally.settings import KafkaSettings

_UNSENT = 50_000
"""Records that may wait in the producer: half of what it holds at most, so that it never refuses one."""
_REPORT_EVERY = 1_000
_PRODUCER = {
    "acks": "all",
    "linger.ms": 20,
    "compression.type": "lz4",
    "delivery.timeout.ms": 30_000,  # a broker that is gone is noticed in half a minute, not in five
}

Progress = Callable[[int], None]
"""Told how many records the broker has acknowledged so far."""


@dataclass(frozen=True)
class FeedOptions:
    """How to feed.

    Attributes:
        rate: records a second; None: as fast as the broker takes them.
        speedup: how many seconds of event time pass in one second; None: event time sets no pace.
        limit: feed the first so many records; None: all.
        topic: partitions and replicas of a topic that is created.
    """

    rate: float | None = None
    speedup: float | None = None
    limit: int | None = None
    topic: KafkaSettings = field(default_factory=KafkaSettings)


@dataclass(frozen=True)
class FeedResult:
    """What was fed.

    Attributes:
        topic: that the records are in.
        records: how many were fed and acknowledged.
        before: how many the topic held before.
    """

    topic: str
    records: int
    before: int


def feed(
    dataset: Dataset, address: str | None, options: FeedOptions, on_progress: Progress = lambda _: None
) -> FeedResult:
    """Produce a data set's records to its topic, which is created when missing.

    Returns when the broker has acknowledged every record.

    Args:
        dataset: to feed.
        address: host:port of the broker, several by comma; None where none is known.
        options: pace and number.
        on_progress: called every so often, and at the end.

    Raises:
        KafkaUnreachable: no broker answers within seconds.
        FeedFailed: the broker did not take a record; none after it is sent.
        DataPackageMissing: the package that holds the data is not installed.
    """
    before = fed_records(dataset, address)
    if before is None:
        _create(dataset.topic, str(address), options.topic)
    delivery = _Delivery(dataset.topic, producer(str(address), **_PRODUCER), on_progress)
    for record in paced(dataset.records(options.limit), options):
        delivery.send(record)
    return FeedResult(dataset.topic, delivery.finish(), before or 0)


def is_fed(dataset: Dataset, address: str | None) -> bool:
    """Return whether the topic holds as many records as the data set.

    Raises:
        KafkaUnreachable: no broker answers within seconds.
    """
    return fed_records(dataset, address) == dataset.size


def fed_records(dataset: Dataset, address: str | None) -> int | None:
    """Return how many records the data set's topic holds; None where there is no such topic.

    Raises:
        KafkaUnreachable: no broker answers within seconds.
    """
    client = admin(address)
    if dataset.topic not in metadata(client, str(address)).topics:
        return None
    return sum(high - low for low, high in end_offsets(address, dataset.topic).values())


def paced(
    records: Iterable[Record],
    options: FeedOptions,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Record]:
    """Yield each record when it is due: by number (``rate``), by event time (``speedup``), or at once.

    With ``speedup`` 60, an event comes a second after one that happened a minute before it. One that is out of
    order comes at once. With both, a record waits for the later of the two.
    """
    began = clock()
    first_ms: int | None = None
    for number, record in enumerate(records):
        first_ms = record.event_ms if first_ms is None else first_ms
        due = began
        if options.rate is not None:
            due += number / options.rate
        if options.speedup is not None:
            due = max(due, began + (record.event_ms - first_ms) / 1000 / options.speedup)
        wait = due - clock()
        if wait > 0:
            sleep(wait)
        yield record


class _Delivery:
    """One run of a producer: counts what is acknowledged, stops at the first record that is not."""

    def __init__(self, topic: str, client: Producer, on_progress: Progress) -> None:
        self._topic = topic
        self._client = client
        self._on_progress = on_progress
        self._acknowledged = 0
        self._sent = 0
        self._refused: KafkaError | None = None

    def send(self, record: Record) -> None:
        self._client.produce(self._topic, key=record.key, value=record.value, on_delivery=self._delivered)
        self._sent += 1
        self._client.poll(0)
        while len(self._client) >= _UNSENT and self._refused is None:
            self._client.poll(0.1)
        self._check()

    def finish(self) -> int:
        while len(self._client) and self._refused is None:
            self._client.flush(1.0)
        self._check()
        if self._acknowledged != self._sent:
            raise FeedFailed(self._topic, self._acknowledged, f"{self._sent} were sent")
        self._on_progress(self._acknowledged)
        return self._acknowledged

    def _delivered(self, error: KafkaError | None, _: Message) -> None:
        if error is not None:
            self._refused = self._refused or error
            return
        self._acknowledged += 1
        if self._acknowledged % _REPORT_EVERY == 0:
            self._on_progress(self._acknowledged)

    def _check(self) -> None:
        if self._refused is None:
            return
        # What still waits would be sent after the one that is missing.
        self._client.purge()
        raise FeedFailed(self._topic, self._acknowledged, self._refused.str())


def _create(topic: str, address: str, settings: KafkaSettings) -> None:
    new = NewTopic(topic, settings.partitions, settings.replication_factor)
    # Kept in a name: a client that nobody holds is freed before its answer comes, and the future waits for ever.
    client = admin(address)
    future = client.create_topics([new], operation_timeout=REQUEST_SECONDS)[topic]
    with naming(f"create topic '{topic}'", address):
        future.result()
