"""Marks of replayed messages, on ``<source topic>.dead.replayed``: which originals were sent again, to which topic.

A mark is written in the transaction that sends the message: neither stands without the other. The topic is compacted,
so a mark is kept for good.
"""

from __future__ import annotations

import json
from datetime import datetime, timezone

from tally.serving.dead_letters import DeadLetter, Place, Places
from tally.serving.errors import KafkaFailed
from tally.serving.messages import read_messages
from tally.serving.topics import dead_topic, end_offsets
from tally.serving.values import show_moment


def marks_topic(topic: str) -> str:
    """Return the topic of the marks for a source topic."""
    return f"{dead_topic(topic)}.replayed"


def own_topics(topic: str) -> tuple[str, ...]:
    """Return the topics that only tally writes to, for a source topic."""
    return dead_topic(topic), marks_topic(topic), f"{topic}.late"


def mark_of(letter: DeadLetter, target: str) -> tuple[bytes, bytes]:
    """Return key and value of the mark that a letter's original was sent to a topic."""
    place = letter.place
    key = json.dumps([target, place.topic, place.partition, place.offset], separators=(",", ":"))
    value = {"replayed": show_moment(datetime.now(timezone.utc)), "reason": letter.reason}
    return key.encode(), json.dumps(value).encode()


def read_marks(address: str, topic: str, target: str) -> Places:
    """Return the places of all originals of a source topic that were sent to a target.

    Call it when no replay has a transaction open: a mark behind an open transaction cannot be read, and then it fails.

    Raises:
        KafkaUnreachable: no broker answers any more.
        KafkaFailed: a mark could not be read.
    """
    marks, places = marks_topic(topic), Places()
    for message in read_messages(address, marks, end_offsets(address, marks), whole=True):
        try:
            sent_to, *place = json.loads(message.key() or b"")
            marked = Place(*place)
        except (ValueError, TypeError) as error:
            # To pass over it might be to send a message twice.
            where = f"partition {message.partition()}, offset {message.offset()}"
            raise KafkaFailed(
                f"tell what topic '{marks}' holds", f"{where} is no mark of a replay"
            ) from error
        if sent_to == target:
            places.add(marked)
    return places
