"""Which dead letters are asked for, and what becomes of the others: each is counted as one thing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from tally.serving.dead_letters import DeadLetter, Places


@dataclass(frozen=True)
class Selection:
    """Dead letters of one source.

    Attributes:
        table: the source.
        reasons: only these; empty: all.
        since: only those whose original bears this time or a later one; those without a time are left out.
    """

    table: str
    reasons: frozenset[str] = frozenset()
    since: datetime | None = None

    def takes(self, letter: DeadLetter) -> bool:
        """Return whether reason and time fit."""
        if self.reasons and letter.reason not in self.reasons:
            return False
        if self.since is None:
            return True
        return letter.timestamp is not None and letter.timestamp >= self.since.timestamp() * 1000


@dataclass
class Passed:
    """Records that were passed over.

    Attributes:
        duplicates: of a dead letter that was seen before.
        other_tables: dead letters by table, of other sources of the same topic.
        foreign: records that are no dead letters.
        unselected: dead letters whose reason or time was not asked for.
    """

    duplicates: int = 0
    other_tables: Counter[str] = field(default_factory=Counter)
    foreign: int = 0
    unselected: int = 0


class Sieve:
    """Lets each dead letter that is selected through once, and counts the rest."""

    def __init__(self, selection: Selection) -> None:
        self.passed = Passed()
        self._selection = selection
        self._seen = Places()

    def takes(self, letter: DeadLetter | None) -> bool:
        """Return whether a record is a dead letter that is asked for and was not seen before."""
        if letter is None:
            self.passed.foreign += 1
        elif letter.table != self._selection.table:
            self.passed.other_tables[letter.table] += 1
        elif not self._seen.add(letter.place):
            self.passed.duplicates += 1
        elif not self._selection.takes(letter):
            self.passed.unselected += 1
        else:
            return True
        return False
