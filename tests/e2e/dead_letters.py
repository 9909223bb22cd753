"""Events of known classes for the tests of dead letters, and the letters that a topic holds."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from confluent_kafka import Consumer, Message, Producer, TopicPartition

from tally.serving.topics import end_offsets
from tests.e2e.graves import settle
from tests.e2e.outages import PATIENCE, TALLY, Run
from tests.e2e.workbench import Workbench

HOUR = 3_600_000
START = 1_600_000_000_000
Identity = tuple[int, int]
Headers = tuple[tuple[str, bytes | None], ...]
HEADERS: tuple[Headers, ...] = (
    (),
    (("trace", b"\x00\xff"), ("trace", None), ("tally.topic", b"elsewhere")),
)


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


def committed(kafka: str, *topics: str) -> Iterator[Message]:
    """Yield the committed messages of topics up to their present ends."""
    for topic in topics:
        settle(kafka, topic)
    consumer = Consumer(
        {
            "bootstrap.servers": kafka,
            "group.id": "letters",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "enable.auto.commit": False,
        }
    )
    begun = [
        TopicPartition(topic, number, start)
        for topic in topics
        for number, (start, _) in end_offsets(kafka, topic).items()
    ]
    consumer.assign(begun)
    ended = 0
    try:
        while ended < len(begun):
            message = consumer.poll(30)
            assert message is not None
            if message.error():
                ended += 1
            else:
                yield message
    finally:
        consumer.close()


def letters(kafka: str, *topics: str) -> list[Letter]:
    """Return the committed letters of topics."""
    found = []
    for message in committed(kafka, *topics):
        headers = message.headers() or []
        own = len(headers) - 7
        said = {name.removeprefix("tally."): value.decode() for name, value in headers[own:]}
        found.append(Letter(message.key(), message.value(), tuple(headers[:own]), said))
    return found


@contextmanager
def run_and_kill(bench: Workbench) -> Iterator[Run]:
    """Run the project by the command line, and kill all its processes (SIGKILL) at the end of the block."""
    shutil.rmtree(bench.root / ".tally" / "logs", ignore_errors=True)
    output = bench.root / "run.txt"
    with output.open("w") as file:
        process = subprocess.Popen(
            (*TALLY, "run"),
            cwd=bench.root,
            env={**os.environ, **bench.environ},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Run(bench.root, process, output)
    finally:
        # All at once, also one that another is just about to start.
        with suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)
        # Shown where the test fails.
        sys.stdout.write(output.read_text("utf-8"))


def bad_events(event: dict[str, object]) -> list[tuple[str, bytes | None, bytes | None]]:
    """Return (reason, key, value) of ways in which an event can be no row."""
    ahead = int(time.time() * 1000) + 2 * HOUR

    def changed(**fields: object) -> bytes:
        return json.dumps({**event, **fields}).encode()

    return [
        ("undecodable", None, b'{"user_id": \xff'),
        ("undecodable", b"deleted", None),
        ("undecodable", None, None),
        ("undecodable", b"k", b""),
        ("undecodable", b"k", changed(amount=1.5)),
        ("undecodable", b"k", changed() * 2),
        ("missing", b"k", changed(user_id=None)),
        ("no-event-time", b"k", changed(event_ms=None)),
        ("too-far-ahead", b"", changed(event_ms=ahead)),
    ]


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
        if self._random.random() < 0.8:
            self.good[identity] = (user, amount, moment)
            return user.encode(), json.dumps(event).encode(), ()
        self.dead[identity], key, value = self._random.choice(bad_events(event))
        return key, value, self._random.choice(HEADERS)

    def skip_deletions(self) -> set[Identity]:
        """Expect records with a key and no message on no topic, from now on; returns which these are."""
        skipped = {
            one for one in self.dead if self.originals[one][0] is not None and self.originals[one][1] is None
        }
        for one in skipped:
            del self.dead[one]
        return skipped

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
