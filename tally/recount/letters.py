"""What a job set aside: its dead letters and late rows, by the headers that say which records they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tally.recount.topics import Raw, read_topic
from tally.serving.topics import end_offsets, existing_topics

Ends = Mapping[str, Mapping[int, int]]
"""By topic and partition, the offset from which records count."""


class Late(NamedTuple):
    """A row that was late for one window of an aggregate, or with no window for its own time.

    Times are epoch milliseconds.
    """

    aggregate: str
    topic: str
    partition: int
    offset: int
    window_start: int | None
    window_end: int | None
    watermark: int


def letter_ends(address: str, topics: Sequence[str]) -> Ends:
    """Return the present ends of the topics of dead letters and of late rows of source topics.

    Raises:
        KafkaUnreachable: no broker answers.
    """
    names = [f"{topic}.{kind}" for topic in topics for kind in ("dead", "late")]
    return {
        name: {number: high for number, (_, high) in end_offsets(address, name).items()}
        for name in existing_topics(address, names)
    }


def read_dead(address: str, topic: str, since: Ends) -> list[tuple[int, int]]:
    """Return partition and offset of the original of each dead letter of a source topic, in any order.

    Raises:
        KafkaUnreachable, KafkaFailed: the topic could not be read.
    """
    said = _said(address, f"{topic}.dead", since)
    return [(int(one["tally.partition"]), int(one["tally.offset"])) for one in said]


def read_late(address: str, topic: str, since: Ends) -> list[Late]:
    """Return the late rows of a source topic, in any order.

    Raises:
        KafkaUnreachable, KafkaFailed: the topic could not be read.
    """
    return [
        Late(
            aggregate,
            topic,
            int(one["tally.partition"]),
            int(one["tally.offset"]),
            _time(one, "window-start"),
            _time(one, "window-end"),
            int(one["tally.watermark"]),
        )
        for one in _said(address, f"{topic}.late", since)
        for aggregate in one["tally.aggregate"].split(", ")
    ]


def _time(said: Mapping[str, str], name: str) -> int | None:
    found = said.get(f"tally.{name}")
    return None if found is None else int(found)


def _said(address: str, topic: str, since: Ends) -> Iterator[dict[str, str]]:
    """Yield what the headers say of each record that came since."""
    if not list(existing_topics(address, [topic])):
        return
    first = since.get(topic, {})
    for records in read_topic(address, topic):
        yield from (_headers(record) for record in records if record.offset >= first.get(record.partition, 0))


def _headers(record: Raw) -> dict[str, str]:
    return {name: (value or b"").decode() for name, value in record.headers if name.startswith("tally.")}
