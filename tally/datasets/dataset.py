"""What a data set is: where its events go, and the events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

Event = dict[str, Any]


class Record(NamedTuple):
    """One record of a topic.

    Attributes:
        key: UTF-8 text of the key field.
        value: the event as a UTF-8 JSON object.
        event_ms: when it happened, in milliseconds since 1970, UTC.
    """

    key: bytes
    value: bytes
    event_ms: int


@dataclass(frozen=True)
class Dataset:
    """A named series of events for one topic.

    Attributes:
        name: on the command line.
        topic: that it is fed to.
        key: field whose value is the record key.
        fields: of each event, with what they hold, in the order of the JSON object.
        size: number of events, so that a fed topic can be told from a half-fed one without reading it.
        events: yields the events in the order of feeding; ``event_ms`` is in each.
    """

    name: str
    topic: str
    key: str
    fields: Mapping[str, str]
    size: int
    events: Callable[[], Iterator[Event]]

    def records(self, limit: int | None = None) -> Iterator[Record]:
        """Yield the first ``limit`` records, or all, in the order of feeding.

        Raises:
            DataPackageMissing: the package that holds the data is not installed.
        """
        encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
        for event in islice(self.events(), limit):
            yield Record(event[self.key].encode(), encode(event).encode(), event["event_ms"])
