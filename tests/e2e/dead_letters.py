"""Events of known classes for the tests of dead letters, and the letters that a topic holds."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from confluent_kafka import Consumer, Producer, TopicPartition

from tally.serving.topics import end_offsets

HOUR = 3_600_000
START = 1_600_000_000_000
Identity = tuple[int, int]
Headers = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True)
class Letter:
    """A dead letter as read: the original's parts, and tally's headers by name without their prefix."""

    key: bytes | None
    value: bytes | None
    headers: Headers
    said: dict[str, str]

    @property
    def identity(self) -> Identity:
        return int(self.said["partition"]), int(self.said["offset"])


def letters(kafka: str, topic: str) -> list[Letter]:
    """Return the committed letters of a topic."""
    consumer = Consumer(
        {
            "bootstrap.servers": kafka,
            "group.id": "letters",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "enable.auto.commit": False,
        }
    )
    ends = end_offsets(kafka, topic)
    consumer.assign([TopicPartition(topic, number, start) for number, (start, _) in ends.items()])
    found, ended = [], 0
    try:
        while ended < len(ends):
            message = consumer.poll(30)
            assert message is not None
            if message.error():
                ended += 1
                continue
            headers = message.headers() or []
            own = len(headers) - 7
            said = {name.removeprefix("tally."): value.decode() for name, value in headers[own:]}
            found.append(Letter(message.key(), message.value(), tuple(headers[:own]), said))
    finally:
        consumer.close()
    return found


@dataclass
class Mixed:
    """A load of good and bad events, at random but the same for each seed; ``dead`` is what must die, and why."""

    seed: int
    partitions: int
    dead: dict[Identity, str] = field(default_factory=dict)
    good: dict[Identity, tuple[str, int, int]] = field(default_factory=dict)
    originals: dict[Identity, tuple[bytes | None, bytes | None, Headers]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._next = dict.fromkeys(range(self.partitions), 0)

    def produce(self, kafka: str, topic: str, events: int) -> None:
        """Produce events to all partitions, and note what must become of each."""
        producer = Producer({"bootstrap.servers": kafka, "acks": "all", "enable.idempotence": True})
        for _ in range(events):
            partition = self._random.randrange(self.partitions)
            identity = (partition, self._next[partition])
            self._next[partition] += 1
            key, value, headers = self._event(identity)
            self.originals[identity] = (key, value, headers)
            stamp = int(time.time() * 1000)
            producer.produce(topic, value, key, partition, headers=list(headers), timestamp=stamp)
            producer.poll(0)
        assert producer.flush(30) == 0

    def _event(self, identity: Identity) -> tuple[bytes | None, bytes | None, Headers]:
        user, amount = f"u{self._random.randrange(20)}", self._random.randrange(100)
        moment = START + identity[1] * 100
        event = {"user_id": user, "amount": amount, "event_ms": moment}
        headers: Headers = (("trace", b"\x00\xff"), ("trace", None), ("tally.topic", b"elsewhere"))
        match self._random.choices(range(7), (80, 4, 4, 4, 3, 3, 2))[0]:
            case 0:
                self.good[identity] = (user, amount, moment)
                return user.encode(), json.dumps(event).encode(), ()
            case 1:
                self.dead[identity] = "undecodable"
                return None, b'{"user_id": \xff', headers
            case 2:
                self.dead[identity] = "missing"
                return b"k", json.dumps({**event, "user_id": None}).encode(), headers
            case 3:
                self.dead[identity] = "no-event-time"
                return b"k", json.dumps({**event, "event_ms": None}).encode(), ()
            case 4:
                self.dead[identity] = "too-far-ahead"
                ahead = int(time.time() * 1000) + 2 * HOUR
                return b"", json.dumps({**event, "event_ms": ahead}).encode(), headers
            case 5:
                self.dead[identity] = "undecodable"
                return b"deleted", None, headers
            case _:
                self.dead[identity] = "undecodable"
                return b"k", b"", ()

    def totals(self) -> list[tuple[str, int, int]]:
        """Return (user, count, sum) of the good events, sorted."""
        found: dict[str, list[int]] = {}
        for user, amount, _ in self.good.values():
            found.setdefault(user, []).append(amount)
        return sorted((user, len(amounts), sum(amounts)) for user, amounts in found.items())

    def differences(self, found: Iterable[Letter]) -> list[str]:
        """Return how letters differ from what must die: once each, for its reason, byte for byte."""
        said = []
        left = dict(self.dead)
        for letter in found:
            reason = left.pop(letter.identity, "none, or twice")
            original = self.originals[letter.identity]
            if (letter.said["reason"], (letter.key, letter.value, letter.headers)) != (reason, original):
                said.append(f"{letter.identity}: {letter.said['reason']}, expected {reason}")
        return said + [f"{identity}: not there" for identity in left]
