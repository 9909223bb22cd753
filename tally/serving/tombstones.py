"""Results on an upsert topic taken back: a tombstone for each key that has a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from tally.serving.errors import KafkaFailed
from tally.serving.kafka import REQUEST_SECONDS, producer
from tally.serving.messages import read_messages
from tally.serving.topics import Offsets, end_offsets

_BATCH = 1000


@dataclass(frozen=True)
class Record:
    """What a topic holds at an offset of a partition."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


def write_tombstones(address: str, topic: str, before: Mapping[int, int] | None = None) -> int:
    """Write a record without value for each key whose last value is not null, on the partition of that value.

    Reads what is committed, to the topic's present end; nothing else may write to the topic meanwhile.

    Args:
        address: host:port, several by comma.
        topic: to read and to write.
        before: by partition, an offset that the last value must lie before; None: wherever it lies.

    Returns:
        How many tombstones were written.

    Raises:
        KafkaUnreachable: no broker answers within seconds.
        KafkaFailed: a record could not be read or written.
    """
    live = _live_keys(address, topic, before)
    refused: list[str] = []
    client = producer(address)
    for partition, key in live:
        client.produce(
            topic,
            key=key,
            value=None,
            partition=partition,
            on_delivery=lambda error, _: refused.append(error.str()) if error else None,
        )
        while len(client) >= _BATCH:
            client.poll(0.1)
    unsent = client.flush(REQUEST_SECONDS)
    if refused or unsent:
        raise KafkaFailed(
            f"write tombstones to topic '{topic}'", refused[0] if refused else "no answer in time"
        )
    return len(live)


def _live_keys(address: str, topic: str, before: Mapping[int, int] | None) -> list[tuple[int, bytes]]:
    """Return partition and key of each key whose last value is not null, and lies before an offset."""
    live: dict[tuple[int, bytes], int] = {}
    for record in read_to_end(address, topic, end_offsets(address, topic)):
        if record.key is None:
            continue  # no upsert result: those have keys
        if record.value is None:
            live.pop((record.partition, record.key), None)
        else:
            live[record.partition, record.key] = record.offset
    if before is None:
        return list(live)
    return [
        (partition, key) for (partition, key), offset in live.items() if offset < before.get(partition, 0)
    ]


def read_to_end(address: str, topic: str, ends: Offsets, held: set[str] | None = None) -> Iterator[Record]:
    """Yield the committed records of a topic, in order by partition, up to the ends.

    Args:
        address: host:port, several by comma.
        topic: to read.
        ends: first and end offset of each partition, as ``end_offsets`` gives them.
        held: gets the topic, where a transaction that is open ended a partition early.

    Raises:
        KafkaUnreachable: no broker answers any more.
        KafkaFailed: a record could not be read.
    """
    for message in read_messages(address, topic, ends, held):
        partition, offset = cast(tuple[int, int], (message.partition(), message.offset()))
        yield Record(partition, offset, message.key(), message.value())
