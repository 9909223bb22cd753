"""Generated payments: the events, their totals, and their way onto a topic."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from confluent_kafka import Producer
from confluent_kafka.admin import NewTopic

from tally.serving.kafka import admin, producer
from tally.serving.topics import end_offsets

PARTITIONS = 4
USERS = 1_000
FIRST_MS = 1_767_225_600_000
"""Event time of the first payment: 2026-01-01 00:00 UTC."""
LARGE_BATCHES = {"linger.ms": 50, "batch.size": 1_000_000, "queue.buffering.max.messages": 1_000_000}
"""Of a producer that fills topics."""

Payment = tuple[int, int, int]
Key = tuple[str | int, ...]
Totals = dict[Key, tuple[int, int]]
"""Number of payments and sum of their amounts, by key."""


@dataclass(frozen=True)
class Payments:
    """A repeatable sequence of payments, one a millisecond of event time.

    Attributes:
        count: how many.
        cut_every: each so many-th record is cut in the middle, and so is none; 0: none is.
        seed: of the generator.
    """

    count: int
    cut_every: int = 0
    seed: int = 7

    def __iter__(self) -> Iterator[Payment]:
        """Yield (number of the user, amount in cents, event time in ms)."""
        draw = random.Random(self.seed).random
        for number in range(self.count):
            yield int(draw() * USERS), 1 + int(draw() * 9_999), FIRST_MS + number

    def is_cut(self, payment: Payment) -> bool:
        """Tell whether the record of a payment is cut."""
        return bool(self.cut_every) and (payment[2] - FIRST_MS) % self.cut_every == self.cut_every - 1

    def totals(self, key: Callable[[Payment], Key]) -> Totals:
        """Return what an aggregate by ``key`` has to serve."""
        counts: dict[Key, int] = defaultdict(int)
        sums: dict[Key, int] = defaultdict(int)
        for payment in self:
            if self.is_cut(payment):
                continue
            group = key(payment)
            counts[group] += 1
            sums[group] += payment[1]
        return {group: (counts[group], sums[group]) for group in counts}


def user_id(number: int) -> str:
    """Return a user as the records name it."""
    return f"user-{number:04d}"


def preload(kafka: str, topic: str, payments: Payments) -> None:
    """Create a topic of four partitions and fill it: JSON values of about 65 bytes, keyed by user.

    Raises:
        RuntimeError: the topic does not hold them all afterwards.
    """
    create_topic(kafka, NewTopic(topic, PARTITIONS, 1))
    client = producer(kafka, **LARGE_BATCHES)
    for payment in payments:
        user, amount, event_ms = payment
        value = f'{{"user_id":"{user_id(user)}","amount":{amount},"event_ms":{event_ms}}}'
        send(client, topic, user, value[:30] if payments.is_cut(payment) else value)
    unsent = client.flush(120)
    held = sum(high - low for low, high in end_offsets(kafka, topic).values())
    if unsent or held != payments.count:
        raise RuntimeError(f"topic {topic} holds {held} of {payments.count} payments")


def create_topic(kafka: str, topic: NewTopic) -> None:
    """Create a topic and return when the broker says it is there."""
    # The client has to live until then: without it nobody completes the future.
    client = admin(kafka)
    client.create_topics([topic])[topic.topic].result(30)


def send(client: Producer, topic: str, user: int, value: str) -> None:
    """Send a record of a user, by number, to the user's partition, and wait where the client's buffer is full."""
    while True:
        try:
            client.produce(topic, value, user_id(user), partition=user % PARTITIONS)
            client.poll(0)
            return
        except BufferError:
            client.poll(0.1)
