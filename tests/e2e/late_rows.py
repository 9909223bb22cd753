"""Events out of order for the tests of late rows, and the late rows that a topic holds."""

from __future__ import annotations

import json
import random
import re
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone

from confluent_kafka import Producer

from tests.e2e.dead_letters import committed

MINUTE = 60_000
HOUR = 60 * MINUTE
START = 1_600_000_020_000
"""At 20 s of a minute; epoch milliseconds."""


@dataclass(frozen=True)
class LateRow:
    """A late row as read: its columns, and tally's headers by name without their prefix."""

    row: dict[str, object]
    said: dict[str, str]

    @property
    def window(self) -> tuple[int, int]:
        return int(self.said["window-start"]), int(self.said["window-end"])

    @property
    def identity(self) -> str:
        """``partition-offset``, by the headers, or where it is no single record, by a column of the query."""
        if "partition" in self.said:
            return f"{self.said['partition']}-{self.said['offset']}"
        [found] = filter(None, (re.fullmatch(r"(\w*\d+-\d+)=?", str(value)) for value in self.row.values()))
        return found[1]


def write_late(
    kafka: str,
    topic: str,
    records: Iterable[tuple[Mapping[str, object], Mapping[str, object]]],
    *,
    commit: bool = True,
) -> None:
    """Write late rows as a job does: each its columns, and by name without their prefix tally's headers."""
    client = Producer({"bootstrap.servers": kafka, "transactional.id": uuid.uuid4().hex})
    client.init_transactions(30)
    client.begin_transaction()
    for row, said in records:
        headers = [(f"tally.{name}", str(value).encode()) for name, value in said.items()]
        client.produce(topic, json.dumps(row, separators=(",", ":")).encode(), headers=headers)
    assert client.flush(30) == 0
    if commit:
        client.commit_transaction(30)
    else:
        client.abort_transaction(30)


def late_rows(kafka: str, topic: str) -> list[LateRow]:
    """Return the committed rows of a topic of late rows."""
    found = []
    for message in committed(kafka, topic):
        said = {name.removeprefix("tally."): value.decode() for name, value in message.headers()}
        found.append(LateRow(json.loads(message.value()), said))
    return found


def milliseconds(moment: datetime) -> int:
    """Return a moment that Cassandra serves, UTC without saying so, in epoch milliseconds."""
    return round(moment.replace(tzinfo=timezone.utc).timestamp() * 1000)


@dataclass
class Disordered:
    """A load of events at random, but the same for each seed, of which a tenth is minutes behind the others.

    Attributes:
        bad_share: of records that are no events.
        only: partitions that get events; by default all.
        times: of each event by identity, ``partition-offset``.
        users: likewise.
    """

    seed: int
    partitions: int
    bad_share: float = 0
    only: Sequence[int] = ()
    times: dict[str, int] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._offsets = Counter[int]()

    def produce(self, kafka: str, topic: str, events: int) -> None:
        """Produce events to all partitions; time goes on by a second for each of a partition."""
        producer = Producer({"bootstrap.servers": kafka, "acks": "all", "enable.idempotence": True})
        for _ in range(events):
            partition = self._random.choice(self.only or range(self.partitions))
            offset = self._offsets[partition]
            self._offsets[partition] += 1
            if self.bad_share and self._random.random() < self.bad_share:
                key, value = self._bad(f"{partition}-{offset}")
                producer.produce(topic, value, key, partition)
                continue
            moment = START + offset * 1000 - self._behind()
            self.times[f"{partition}-{offset}"] = moment
            user = self.users[f"{partition}-{offset}"] = f"u{self._random.randrange(3)}"
            event = {"user_id": user, "event_ms": moment}
            stamp = int(time.time() * 1000)
            producer.produce(topic, json.dumps(event).encode(), None, partition, timestamp=stamp)
            producer.poll(0)
        assert producer.flush(30) == 0

    def _bad(self, identity: str) -> tuple[bytes | None, bytes | None]:
        """Return key and value of a record that is no event."""
        self.bad.add(identity)
        return None, b'{"user_id": "u1"'

    def by_partition(self) -> dict[str, int]:
        """Return how many records there are, by partition."""
        return {str(partition): records for partition, records in sorted(self._offsets.items())}

    def close(self, kafka: str, topic: str) -> int:
        """Produce an event to each partition that is an hour ahead, so that all windows close but its own.

        Returns:
            Its time.
        """
        last = START + HOUR + 1000 * max(self._offsets.values())
        producer = Producer({"bootstrap.servers": kafka, "acks": "all", "enable.idempotence": True})
        for partition in range(self.partitions):
            event = {"user_id": "closing", "event_ms": last}
            self._offsets[partition] += 1
            producer.produce(topic, json.dumps(event).encode(), None, partition, timestamp=last)
        assert producer.flush(30) == 0
        return last

    def _behind(self) -> int:
        # The source's delay is 20 s: some of the first are late, most of the second for some of their windows.
        most = self._random.choice([0] * 7 + [30_000] * 2 + [8 * MINUTE])
        return self._random.randrange(most + 1)

    def tumbling(self, size: int) -> Counter[tuple[str, int, int]]:
        """Return each event with its window."""
        return Counter((one, at // size * size, at // size * size + size) for one, at in self.times.items())

    def hopping(self, slide: int, size: int) -> Counter[tuple[str, int, int]]:
        """Return each event with each of its windows."""
        return Counter(self._hopping(slide, size))

    def _hopping(self, slide: int, size: int) -> Iterator[tuple[str, int, int]]:
        for one, at in self.times.items():
            for end in range(at // slide * slide + slide, at + size + 1, slide):
                yield one, end - size, end

    def cumulating(self, step: int, size: int) -> Counter[tuple[str, int, int]]:
        """Return each event with each of its windows."""
        return Counter(
            (one, at // size * size, end)
            for one, at in self.times.items()
            for end in range(at // step * step + step, at // size * size + size + 1, step)
        )
