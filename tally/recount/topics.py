"""A topic read from its beginning to the end that it has when reading begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from tally.serving.kafka import REQUEST_SECONDS, consumer, naming
from tally.serving.topics import end_offsets

BATCH = 20_000
_WAIT = 0.1  # seconds for a batch to fill; what is there by then is taken
_PATIENCE = int(REQUEST_SECONDS / _WAIT)


class Raw(NamedTuple):
    """One record as it lies in a topic; its timestamp is in epoch milliseconds."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int = 0
    headers: tuple[tuple[str, bytes | None], ...] = ()


def read_topic(address: str, topic: str) -> Iterator[list[Raw]]:
    """Yield the committed records of a topic in lists; within a partition in the order of offsets.

    Args:
        address: host:port of the broker, several by comma.
        topic: to read.

    Raises:
        KafkaUnreachable: no broker answers.
        KafkaFailed: there is no such topic, or a record could not be read.
    """
    ends = {number: (low, high) for number, (low, high) in end_offsets(address, topic).items() if low < high}
    client = consumer(address, **{"isolation.level": "read_committed", "auto.offset.reset": "error"})
    try:
        client.assign([TopicPartition(topic, number, low) for number, (low, _) in ends.items()])
        waiting = set(ends)
        while waiting:
            records = []
            for message in _batch(client, address, topic):
                raw = _raw(message)
                end = ends[raw.partition][1]
                # A partition may end with records that are not committed: then its end is all that is seen.
                if message.error() is not None or raw.offset >= end - 1:
                    waiting.discard(raw.partition)
                if message.error() is None and raw.offset < end:
                    records.append(raw)
            yield records
    finally:
        client.close()


def _raw(message: Message) -> Raw:
    headers = cast(tuple[tuple[str, bytes | None], ...], tuple(message.headers() or ()))
    partition, offset, moment = message.partition() or 0, message.offset() or 0, message.timestamp()[1]
    return Raw(partition, offset, message.key(), message.value(), moment, headers)


def _batch(client: Consumer, address: str, topic: str) -> Sequence[Message]:
    """Return records and ends of partitions, at least one."""
    with naming(f"read topic '{topic}'", address):
        for _ in range(_PATIENCE):
            messages = client.consume(BATCH, timeout=_WAIT)
            for message in messages:
                error = message.error()
                if error is not None and error.code() != KafkaError._PARTITION_EOF:
                    raise KafkaException(error)
            if messages:
                return messages
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
