"""Whole messages of a topic, read to an end that is known before: only what is committed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from tally.serving.kafka import REQUEST_SECONDS, consumer, naming
from tally.serving.topics import Offsets

# At the end of a partition the broker waits for more before it says that there is nothing: by default half a second.
_QUICK = {"fetch.wait.max.ms": 20}


def read_messages(
    address: str, topic: str, ends: Offsets, held: set[str] | None = None, *, whole: bool = False
) -> Iterator[Message]:
    """Yield the committed messages of a topic, in order by partition, up to the ends.

    A transaction that is still open ends its partition early, for nothing behind it can be read.

    Args:
        address: host:port, several by comma.
        topic: to read.
        ends: first and end offset of each partition, as ``end_offsets`` gives them.
        held: gets the topic, where a transaction that is open ended a partition early.
        whole: nobody has a transaction open: fail rather than end a partition early.

    Raises:
        KafkaUnreachable: no broker answers any more.
        KafkaFailed: a message could not be read.
    """
    waiting = {partition for partition, (low, high) in ends.items() if low < high}
    # Where the topic's retention removes messages meanwhile: go on behind them, do not jump to the end.
    client = consumer(
        address, **{"isolation.level": "read_committed", "auto.offset.reset": "earliest", **_QUICK}
    )
    try:
        client.assign([TopicPartition(topic, partition, ends[partition][0]) for partition in waiting])
        while waiting:
            message = _next(client, address, topic)
            partition, offset = cast(tuple[int, int], (message.partition(), message.offset()))
            end = ends[partition][1]
            at_end = message.error() is not None
            is_held = at_end and not whole and offset < end
            if offset >= (end if at_end else end - 1) or is_held:
                waiting.discard(partition)
            if is_held and held is not None:
                held.add(topic)
            if not at_end and offset < end:
                yield message
    finally:
        client.close()


def _next(client: Consumer, address: str, topic: str) -> Message:
    """Return the next message, or the one that says that a partition is read to its end."""
    with naming(f"read topic '{topic}'", address):
        message = client.poll(REQUEST_SECONDS)
        if message is None:
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
        error = message.error()
        if error is not None and error.code() != KafkaError._PARTITION_EOF:
            raise KafkaException(error)
        return message
