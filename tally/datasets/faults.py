"""Records that are no events, and events that come late: what real topics hold as well, here in known numbers.

They are made of the first events of a data set, one of each kind by turns, and fed behind it::

    cut           the end of the JSON is missing
    incomplete    a field that every event has is missing
    ahead         it happens 100 years later
    late          the event once more, unchanged, long after everything else of its day
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle

from tally.datasets.dataset import Dataset, Record

FAULTS = 400
"""Faulty records of a data set, a quarter of each kind."""
NO_EVENTS = 300
"""Those of them that are no events."""
_CENTURY_MS = 100 * 365 * 86_400_000


@dataclass(frozen=True)
class Faults(Dataset):
    """The faulty records of a data set; ``events`` are the ones that they are made of."""

    def records(self, limit: int | None = None) -> Iterator[Record]:
        """Yield the first ``limit`` records, or all."""
        made = zip(super().records(limit), cycle(_KINDS), strict=False)
        for record, change in made:
            yield record._replace(value=change(record.value, self.key))


def faults_of(dataset: Dataset) -> Faults:
    """Return the faulty records of a data set."""

    def first() -> Iterator[dict[str, object]]:
        for _, event in zip(range(FAULTS), dataset.events(), strict=False):
            yield event

    return Faults(
        name=f"faults of {dataset.name}",
        topic=dataset.topic,
        key=dataset.key,
        fields=dataset.fields,
        size=FAULTS,
        events=first,
    )


def _cut(value: bytes, _key: str) -> bytes:
    return value[: len(value) // 2]


def _incomplete(value: bytes, key: str) -> bytes:
    event = json.loads(value)
    del event[key]
    return json.dumps(event).encode()


def _ahead(value: bytes, _key: str) -> bytes:
    event = json.loads(value)
    return json.dumps({**event, "event_ms": event["event_ms"] + _CENTURY_MS}).encode()


def _late(value: bytes, _key: str) -> bytes:
    return value


_KINDS: tuple[Callable[[bytes, str], bytes], ...] = (_cut, _incomplete, _ahead, _late)
