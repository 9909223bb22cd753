"""The figures of an account, from the meters of its record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tally.serving.account_meters import SourceFigures, known, meter_of, source_figures
from tally.serving.account_record import Account, AccountRecord


@dataclass(frozen=True)
class Figures:
    """The figures of an account; each raises ``NoMeter`` where a meter for it is not there."""

    record: AccountRecord
    account: Account

    def read(self) -> int:
        """Return the records read, each as often as it enters."""
        return sum(times * sum(source.read.values()) for times, source in self._sources())

    def dead_by_reason(self) -> dict[str, int]:
        """Return the dead letters, likewise."""
        reasons: Counter[str] = Counter()
        for times, source in self._sources():
            reasons.update({reason: times * number for reason, number in source.dead.items()})
        return dict(sorted(reasons.items()))

    def dead(self) -> int:
        """Return the dead letters of all reasons."""
        return sum(self.dead_by_reason().values())

    def skipped(self) -> int:
        """Return the deletions that were skipped, likewise."""
        return sum(times * source.skipped for times, source in self._sources())

    def lost(self) -> dict[str, SourceFigures]:
        """Return the sources of which records were lost before they were read, by name."""
        names = [one.source for one in self.account.sources]
        found = {name: source_figures(self.record, name) for name in names}
        return {name: figures for name, figures in found.items() if figures.lost}

    def good(self) -> int:
        """Return the rows that the sources made."""
        return self.read() - self.dead() - self.skipped()

    def entered(self) -> int:
        """Return the rows that came to the place."""
        return self._rows(self.account.entry)

    def filtered(self) -> int:
        """Return the rows that were left out on the way: what remains."""
        return self.good() - self.entered()

    def gate_rows(self) -> int:
        """Return the rows that the gate judged."""
        return self._rows(self.account.gate) if self.account.gate else self.entered()

    def pairs(self) -> int:
        """Return the rows, each as often as it has windows."""
        return self._count(self.account.gate, "pairs") if self.account.gate else self.entered()

    def windowed(self) -> bool:
        """Return whether it is known that rows have several windows, or none."""
        return known(self.pairs) not in (None, known(self.entered))

    def late(self) -> int:
        """Return the late ones among the pairs."""
        return self._count(self.account.gate, "late") if self.account.gate else 0

    def admitted(self) -> int:
        """Return the pairs that are not late."""
        return self.pairs() - self.late()

    def went_in(self) -> int:
        """Return what the door counted; without a door, what was not late."""
        return self._rows(self.account.door) if self.account.door else self.admitted()

    def has_open(self) -> bool:
        """Return whether it is known what is in windows that are open."""
        return self.account.door is not None and "open" in meter_of(self.record, self.account.door).counts

    def open(self) -> int:
        """Return what is in windows that are open; 0 where that is not known."""
        return self._count(self.account.door, "open") if self.account.door else 0

    def tapped(self) -> int:
        """Return what the operator itself counted."""
        return self._rows(self.account.tap) if self.account.tap else 0

    def counted(self) -> int:
        """Return what is in the result, or in windows that are open."""
        if not self.account.tap:
            return self.went_in()
        if not self.account.closes:
            return self.tapped()
        if self.has_open():
            return self.tapped() + self.open()
        return self.tapped() if self.record.final else self.went_in()

    def _sources(self) -> Iterator[tuple[int, SourceFigures]]:
        for entering in self.account.sources:
            yield entering.times, source_figures(self.record, entering.source)

    def _rows(self, meter: str) -> int:
        return self._count(meter, "rows")

    def _count(self, meter: str | None, name: str) -> int:
        return meter_of(self.record, meter or "").counts.get(name, 0)
