"""Dead letters made by hand, byte by byte as they stand on a topic, and whole messages read back."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from confluent_kafka import Consumer, IsolationLevel, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from tests.e2e.topics import make_topic

NOON_MS = 1_735_732_800_000  # 2025-01-01T12:00:00Z
Headers = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True)
class Original:
    """A message as it stood on a source topic."""

    key: bytes | None = None
    value: bytes | None = b"{}"
    headers: Headers = ()
    partition: int = 0
    offset: int = 0
    timestamp: int = NOON_MS


class Held(NamedTuple):
    """A message as it stands on a topic."""

    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: int


@dataclass
class Graveyard:
    """A source topic with its topic of dead letters."""

    kafka: str
    topic: str
    table: str = "orders"

    @property
    def dead(self) -> str:
        return f"{self.topic}.dead"

    def create(self, name: str, partitions: int = 1, **config: str) -> str:
        return make_topic(self.kafka, name, partitions, **config)

    def bury(
        self,
        originals: Iterable[Original],
        reason: str = "undecodable",
        *,
        end: str = "commit",
        table: str = "",
    ) -> Producer:
        """Write dead letters in one transaction, which is committed, aborted or left open."""
        client = Producer(
            {
                "bootstrap.servers": self.kafka,
                "transactional.id": uuid.uuid4().hex,
                "message.max.bytes": 2_000_000,
            }
        )
        client.init_transactions(30)
        client.begin_transaction()
        for one in originals:
            own = self.own_headers(one, reason, table or f"default_catalog.default_database.{self.table}")
            client.produce(self.dead, key=one.key, value=one.value, headers=[*one.headers, *own])
        assert client.flush(30) == 0
        if end == "commit":
            client.commit_transaction(30)
        elif end == "abort":
            client.abort_transaction(30)
        return client

    def own_headers(self, one: Original, reason: str, table: str) -> Sequence[tuple[str, bytes]]:
        said = {
            "topic": self.topic,
            "partition": one.partition,
            "offset": one.offset,
            "timestamp": one.timestamp,
            "table": table,
            "reason": reason,
            "error": f"column amount: {reason}, größer",
        }
        return [(f"tally.{name}", str(value).encode()) for name, value in said.items()]

    def held(self, topic: str | None = None) -> list[Held]:
        """Return what is committed on a topic, in order by partition."""
        return sorted(read(self.kafka, topic or self.topic), key=lambda message: message.partition)


def read(kafka: str, topic: str) -> list[Held]:
    """Read a topic to the end of what is committed, with a plain consumer."""
    settle(kafka, topic)
    options = {"group.id": "test", "enable.partition.eof": True, "isolation.level": "read_committed"}
    client = Consumer({"bootstrap.servers": kafka, "enable.auto.commit": False, **options})
    partitions = set(client.list_topics(topic).topics[topic].partitions)
    client.assign([TopicPartition(topic, number, 0) for number in partitions])
    found = []
    while partitions:
        message = client.poll(30)
        assert message is not None
        if message.error():
            assert message.error().code() == KafkaError._PARTITION_EOF
            partitions.discard(message.partition())
            continue
        headers = tuple(message.headers() or ())
        stamp = message.timestamp()[1]
        found.append(Held(message.partition(), message.key(), message.value(), headers, stamp))
    client.close()
    return found


def settle(kafka: str, topic: str) -> None:
    """Wait for the ends of transactions: a commit is answered before they stand in each partition.

    A transaction that is left open never ends; it is not waited for long.
    """
    client = AdminClient({"bootstrap.servers": kafka})
    partitions = client.list_topics(topic).topics[topic].partitions

    def ends(isolation: IsolationLevel) -> dict[int, int]:
        latest = {TopicPartition(topic, number): OffsetSpec.latest() for number in partitions}
        found = client.list_offsets(latest, isolation_level=isolation)
        return {partition.partition: future.result(30).offset for partition, future in found.items()}

    deadline = time.monotonic() + 5
    while ends(IsolationLevel.READ_COMMITTED) != ends(IsolationLevel.READ_UNCOMMITTED):
        if time.monotonic() > deadline:
            return
        time.sleep(0.05)


def murmur2_partition(key: bytes, partitions: int) -> int:
    """Where a producer in Java sends a key: murmur2 with Kafka's seed, without its sign."""
    mask, m = 0xFFFFFFFF, 0x5BD1E995
    h = (0x9747B28C ^ len(key)) & mask
    for at in range(0, len(key) - len(key) % 4, 4):
        k = int.from_bytes(key[at : at + 4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        h = (h * m & mask) ^ k
    rest = key[len(key) - len(key) % 4 :]
    if rest:
        h = (h ^ int.from_bytes(rest, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return ((h ^ h >> 15) & 0x7FFFFFFF) % partitions
