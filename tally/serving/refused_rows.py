"""Refused rows: what is on ``<aggregate>.refused``, one record for each row of a result that a sink cannot hold.

The key is the row's key as JSON, the value the row. Headers of tally's own say which sinks cannot hold it, and why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from confluent_kafka import Message

from tally.serving.messages import read_messages
from tally.serving.own_headers import OwnHeaders, header_text, headers_of
from tally.serving.topics import Offsets


@dataclass(frozen=True)
class RefusedRow:
    """A row of a result that a sink cannot hold, and that none of the aggregate's sinks got.

    Attributes:
        aggregate: its name.
        sinks: those that cannot hold it: ``cassandra``, ``kafka`` or both; ``row`` where it breaks the query's types.
        reason: in words, of each of them.
        deleted: whether the sinks got a delete of its key in its place; not where a sink cannot hold the key.
        time: when it was written to the topic, in epoch milliseconds.
        key: as JSON.
        value: as JSON; its beginning where it is larger than a record of the topic may be.
        size: bytes of the whole value.
    """

    aggregate: str
    sinks: str
    reason: str
    deleted: bool
    time: int
    key: bytes
    value: bytes
    size: int


def read_refused_rows(
    address: str, topic: str, ends: Offsets, held: set[str] | None = None
) -> Iterator[RefusedRow | None]:
    """Yield every committed record of a topic of refused rows; None for one that is no refused row.

    Args:
        address: host:port, several by comma.
        topic: of refused rows.
        ends: first and end offset of each partition, as ``end_offsets`` gives them.
        held: gets the topic, where a transaction that is open ended a partition early.

    Raises:
        KafkaUnreachable: no broker answers any more.
        KafkaFailed: a record could not be read.
    """
    for message in read_messages(address, topic, ends, held):
        yield refused_row_of(message)


def refused_row_of(message: Message) -> RefusedRow | None:
    """Return the refused row that a record holds; None where tally did not write it."""
    said = headers_of(message)
    key, value = message.key(), message.value()
    if key is None or value is None:
        return None
    _, time = message.timestamp()
    try:
        size = int(header_text(said, "size")) if "tally.size" in said else len(value)
        aggregate, sinks, reason = (header_text(said, name) for name in ("aggregate", "sinks", "reason"))
        return RefusedRow(aggregate, sinks, reason, _flag(said, "deleted"), time, key, value, size)
    except (KeyError, ValueError):  # a header is missing, no UTF-8, or no number
        return None


def _flag(said: OwnHeaders, name: str) -> bool:
    return {"true": True, "false": False}[header_text(said, name)]
