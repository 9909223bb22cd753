"""Events out of order on one partition, and what must become of each: by the watermark that stands before it.

Each event moves the watermark, one task reads them, and no clock goes on: so it is known beforehand what is late.
"""

from __future__ import annotations

import json
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from random import Random

from tests.e2e.late_rows import MINUTE, START

DELAY = 20_000
GAP = 2_000
BEGIN = -(2**63)
"""The watermark before there is one."""
Window = tuple[int, int]


@dataclass(frozen=True)
class Arrived:
    """An event with its offset, and the watermark when it came."""

    o: int
    user: str
    item: str
    amount: int
    at: int
    watermark: int

    @property
    def message(self) -> bytes:
        event = {"user_id": self.user, "item": self.item, "amount": self.amount, "event_ms": self.at}
        return json.dumps(event).encode()

    def in_time(self, end: int) -> bool:
        """Tell whether what ends with that millisecond is open."""
        return end > self.watermark


@dataclass
class Session:
    """A session of a user: its events, and its window."""

    user: str
    start: int
    end: int
    events: list[Arrived]

    def takes(self, event: Arrived) -> bool:
        """Tell whether it is open, and near enough to an event of its user."""
        near = self.start <= event.at + GAP and event.at <= self.end
        return self.user == event.user and near and event.in_time(self.end - 1)


@dataclass
class Load:
    """A load at random but the same for a seed.

    Attributes:
        messages: of the topic, in order.
        dead: reason by offset of those that are no rows.
        events: the others.
    """

    seed: int
    messages: list[bytes] = field(default_factory=list)
    dead: dict[int, str] = field(default_factory=dict)
    events: list[Arrived] = field(default_factory=list)

    def draw(self, records: int) -> None:
        """Draw that many: a twentieth are no rows, a tenth of the events minutes behind the others."""
        chance = Random(self.seed)
        taken: set[int] = set()
        watermark = BEGIN
        for o in range(records):
            at = START + 400 * o - chance.randrange(chance.choice([0] * 7 + [30_000] * 2 + [4 * MINUTE]) + 1)
            while at in taken:  # no two at once, whose order would be anybody's guess
                at += 1
            user, item = f"u{chance.randrange(3)}", f"i{chance.randrange(40)}"
            event = Arrived(o, user, item, chance.randrange(100), at, watermark)
            if chance.random() < 0.05:
                self._bury(event, chance)
                continue
            taken.add(at)
            self.events.append(event)
            self.messages.append(event.message)
            watermark = max(watermark, at - DELAY)

    def _bury(self, event: Arrived, chance: Random) -> None:
        reason = self.dead[event.o] = chance.choice(["undecodable", "missing"])
        whole = event.message
        self.messages.append(
            whole[:-1] if reason == "undecodable" else whole.replace(b'"user_id"', b'"user"')
        )

    def in_time(self, end: Callable[[Arrived], int]) -> list[Arrived]:
        """Return the events for which what they belong to is open, given its last millisecond."""
        return [one for one in self.events if one.in_time(end(one))]

    def late(self, windows: Callable[[Arrived], Iterable[Window]]) -> Iterator[tuple[Arrived, Window]]:
        """Yield each event with each of its windows that had closed."""
        for one in self.events:
            yield from ((one, window) for window in windows(one) if not one.in_time(window[1] - 1))

    def sessions(self) -> list[Session]:
        """Return the sessions of all users: one that has closed takes no event any more."""
        found: list[Session] = []
        for one in self.in_time(lambda event: event.at + GAP - 1):
            mine = [session for session in found if session.takes(one)]
            merged = Session(one.user, one.at, one.at + GAP, [one])
            for session in mine:
                found.remove(session)
                merged.start, merged.end = min(merged.start, session.start), max(merged.end, session.end)
                merged.events += session.events
            found.append(merged)
        return found


@dataclass(frozen=True)
class Versions:
    """Levels of items, each from a moment on, in order."""

    of_item: dict[str, list[tuple[int, int]]]
    messages: list[tuple[bytes, bytes]]

    def level(self, item: str, at: int) -> str:
        """Return the level of an item at a moment, as text."""
        known = self.of_item.get(item, [])
        place = bisect(known, (at, 10**9))
        return str(known[place - 1][1]) if place else "none"


def versions(seed: int, number: int) -> Versions:
    """Draw the levels of a load's time; of some items there is none at first, or never."""
    chance = Random(seed)
    drawn = [
        (START - MINUTE + 2_000 * one, f"i{chance.randrange(35)}", chance.randrange(1_000))
        for one in range(number)
    ]
    of_item = {
        item: [(since, level) for since, of, level in drawn if of == item]
        for item in {item for _, item, _ in drawn}
    }
    messages = [
        (
            json.dumps({"item": item}).encode(),
            json.dumps({"item": item, "level": level, "since_ms": since}).encode(),
        )
        for since, item, level in drawn
    ]
    return Versions(of_item, messages)


def by_user(events: Iterable[Arrived]) -> Iterator[tuple[str, list[Arrived]]]:
    """Yield the events of each user in the order of their time."""
    ordered = sorted(events, key=lambda one: (one.user, one.at))
    for user, mine in groupby(ordered, key=lambda one: one.user):
        yield user, list(mine)


def moment(event: Arrived) -> list[Window]:
    """Return an event's own millisecond, where no window is."""
    return [(event.at, event.at + 1)]


def session(event: Arrived) -> list[Window]:
    """Return the session that an event would be alone."""
    return [(event.at, event.at + GAP)]


def minute(event: Arrived) -> list[Window]:
    """Return an event's window of a minute."""
    begin = event.at // MINUTE * MINUTE
    return [(begin, begin + MINUTE)]


def two_minutes(event: Arrived) -> list[Window]:
    """Return an event's two windows of two minutes, of which one begins each minute."""
    begin = event.at // MINUTE * MINUTE
    return [(begin - MINUTE, begin + MINUTE), (begin, begin + 2 * MINUTE)]
