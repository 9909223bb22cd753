"""Dead letters: what stands on ``<source topic>.dead``, each with the message that it was.

A dead letter has the key, the value and the headers of the original, and behind them seven headers of tally's own:
where the original stands, its timestamp, the table that it is no row of, and why. An original may be a dead letter
itself: only the last header of each of those names is tally's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from confluent_kafka import Message

from tally.serving.messages import read_messages
from tally.serving.topics import Offsets

# In the order in which they are explained: what each says of a message.
REASONS = {
    "undecodable": "the message cannot be decoded",
    "missing": "a column that is NOT NULL has no value",
    "no-event-time": "the message has no event time",
    "too-far-ahead": "the event time is too far ahead",
}
_HEADERS = tuple(
    f"tally.{name}" for name in ("topic", "partition", "offset", "timestamp", "table", "reason", "error")
)
Headers = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, order=True)
class Place:
    """Where a message stands; with several dead letters of one place, all but one are duplicates."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True)
class DeadLetter:
    """A record that could not be a row of its table.

    Attributes:
        place: of the original.
        timestamp: of the original, in epoch milliseconds; None where it had none.
        table: the source table.
        reason: one of ``REASONS``.
        error: what was wrong, in one line.
        key: the original's.
        value: the original's.
        headers: the original's, without tally's.
    """

    place: Place
    timestamp: int | None
    table: str
    reason: str
    error: str
    key: bytes | None
    value: bytes | None
    headers: Headers


class Places:
    """A set of places, small enough for millions of them."""

    def __init__(self) -> None:
        self._offsets: dict[tuple[str, int], set[int]] = {}

    def __contains__(self, place: Place) -> bool:
        return place.offset in self._offsets.get((place.topic, place.partition), ())

    def add(self, place: Place) -> bool:
        """Take a place in; return whether it is new."""
        if place in self:
            return False
        self._offsets.setdefault((place.topic, place.partition), set()).add(place.offset)
        return True


def read_dead_letters(
    address: str, topic: str, ends: Offsets, held: set[str] | None = None
) -> Iterator[DeadLetter | None]:
    """Yield every committed record of a topic of dead letters, duplicates too; None for one that is no dead letter.

    Args:
        address: host:port, several by comma.
        topic: of dead letters.
        ends: first and end offset of each partition, as ``end_offsets`` gives them.
        held: gets the topic, where a transaction that is open ended a partition early.

    Raises:
        KafkaUnreachable: no broker answers any more.
        KafkaFailed: a record could not be read.
    """
    for message in read_messages(address, topic, ends, held):
        yield letter_of(message)


def letter_of(message: Message) -> DeadLetter | None:
    """Return the dead letter that a record holds; None where tally did not write it."""
    headers = cast(Headers, tuple(message.headers() or ()))
    own = len(headers) - len(_HEADERS)
    said = dict(headers[own:]) if own >= 0 else {}
    if set(said) != set(_HEADERS):
        return None
    try:
        topic, partition, offset, timestamp, table, reason, error = (
            (said[name] or b"").decode() for name in _HEADERS
        )
        place, moment = Place(topic, int(partition), int(offset)), int(timestamp)
    except ValueError:  # no UTF-8, or no number
        return None
    return DeadLetter(
        place,
        moment if moment >= 0 else None,
        table.rpartition(".")[2].strip("`"),
        reason,
        error,
        message.key(),
        message.value(),
        headers[:own],
    )
