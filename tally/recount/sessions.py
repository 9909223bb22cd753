"""Sessions from START and END events in plain Python: what SESSIONS must come to.

A session of a key starts with a START. It is over with an END ('end'), when another START comes ('superseded'), when
nothing came for the time-out ('timeout'), or when it has lasted as long as one may ('max_length'), whatever is first;
an event at the very moment of the time-out is in time. Events that are neither keep a session alive. Of events at one
time the order makes no difference: they end what is open and then start, or start and end at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any


@dataclass(frozen=True)
class Event:
    """An event; its time in epoch milliseconds.

    Attributes:
        key: whose it is.
        at: event time.
        kind: START, END, or any other.
        carried: what a session takes from its START.
    """

    key: Hashable
    at: int
    kind: str
    carried: Any = None


@dataclass(frozen=True)
class Rules:
    """What makes a session.

    Attributes:
        starts: the kind that starts one.
        ends: the kind that ends one.
        timeout: milliseconds without an event after which one is over.
        max_length: milliseconds that one lasts at most; None for no bound.
    """

    starts: str
    ends: str
    timeout: int
    max_length: int | None = None


@dataclass(frozen=True)
class Session:
    """A session; one without reason is open."""

    key: Hashable
    started_at: int
    carried: Any
    ended_at: int | None = None
    reason: str | None = None


@dataclass
class _Key:
    """What is known of a key while its events are taken in order."""

    rules: Rules
    open: Session | None = None
    last: int = 0
    over: list[Session] = field(default_factory=list)

    def take(self, at: int, events: Sequence[Event]) -> None:
        """Take all events of one time."""
        self.pass_to(at - 1)
        starts = [event for event in events if event.kind == self.rules.starts]
        ends = any(event.kind == self.rules.ends for event in events)
        was_open, self.last = self.open is not None, at
        if was_open and (ends or starts):
            self.end(at, "end" if ends else "superseded")
        if starts:
            self.open = Session(events[0].key, at, starts[-1].carried)
        if starts and ends and not was_open:
            self.end(at, "end")

    def pass_to(self, at: int) -> None:
        """Let time go by up to a moment, with no event."""
        if self.open:
            silent = self.last + self.rules.timeout
            longest = self.open.started_at + (self.rules.max_length or at + 1)
            if min(silent, longest) <= at:
                self.end(min(silent, longest), "timeout" if silent <= longest else "max_length")

    def end(self, at: int, reason: str) -> None:
        assert self.open
        self.over.append(replace(self.open, ended_at=at, reason=reason))
        self.open = None


def sessions(events: Iterable[Event], rules: Rules, until: int) -> Iterator[Session]:
    """Yield the sessions of all keys, as they are at a moment.

    Args:
        events: in any order; of STARTs of one key and time the last is taken.
        rules: what makes a session.
        until: the moment, in epoch milliseconds; no event is later.
    """
    by_key: Mapping[Hashable, list[Event]] = defaultdict(list)
    for event in events:
        by_key[event.key].append(event)
    for mine in by_key.values():
        state = _Key(rules)
        for at, together in groupby(sorted(mine, key=lambda event: event.at), key=lambda event: event.at):
            state.take(at, list(together))
        state.pass_to(until)
        yield from state.over
        if state.open:
            yield state.open
