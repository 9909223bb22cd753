"""A look at late rows: how many each aggregate misses, how late they were, and the newest of them."""

from __future__ import annotations

from array import array
from bisect import insort
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median_low

from tally.serving.late_rows import LateRow, read_late_rows
from tally.serving.topics import end_offsets, existing_topics


@dataclass(frozen=True)
class Range:
    """Epoch milliseconds, from the first to the last of some."""

    first: int
    last: int


@dataclass
class Missed:
    """Late rows that are missing in the same aggregates; each counts once for each of its windows that had closed.

    Attributes:
        late_by: of each, in milliseconds.
        window_ends: of those that have a window.
        event_times: of those without.
        samples: the newest of them, oldest first.
    """

    late_by: array[int] = field(default_factory=lambda: array("q"))
    window_ends: Range | None = None
    event_times: Range | None = None
    samples: list[LateRow] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.late_by)

    @property
    def median_late_by(self) -> int:
        """Half of them were late by this or less."""
        return median_low(self.late_by)

    def add(self, row: LateRow, most: int) -> None:
        """Count a row and keep it while it is among the newest."""
        self.late_by.append(row.late_by)
        if row.window_end is None:
            self.event_times = _widened(self.event_times, row.last)
        else:
            self.window_ends = _widened(self.window_ends, row.window_end)
        insort(self.samples, row, key=_by_age)
        del self.samples[: max(0, len(self.samples) - most)]


@dataclass
class LateSummary:
    """What the late rows of a source are.

    Attributes:
        topic: that was read; None while there is none.
        missed: by what the rows are missing in, as the rows name it; the most frequent first.
        other_tables: late rows by table, of other sources with the same topic.
        foreign: records that are no late rows.
        is_held: whether a transaction is open on the topic: what stands behind it cannot be read yet.
    """

    topic: str | None
    missed: Mapping[str, Missed] = field(default_factory=dict)
    other_tables: Counter[str] = field(default_factory=Counter)
    foreign: int = 0
    is_held: bool = False

    @property
    def rows(self) -> int:
        """How many there are, each once for each of its windows that had closed."""
        return sum(missed.rows for missed in self.missed.values())


def summarize_late(address: str | None, topic: str, table: str, samples: int) -> LateSummary:
    """Read the late rows of a source to their present end.

    Args:
        address: host:port, several by comma; None where none is known.
        topic: of late rows.
        table: the source.
        samples: how many to keep for each aggregate.

    Raises:
        KafkaUnreachable: no broker answers.
        KafkaFailed: the topic could not be read.
    """
    if not existing_topics(address, [topic]):
        return LateSummary(None)
    summary = LateSummary(topic)
    missed: dict[str, Missed] = {}
    held: set[str] = set()
    for row in read_late_rows(str(address), topic, end_offsets(address, topic), held):
        if row is None:
            summary.foreign += 1
        elif row.table != table:
            summary.other_tables[row.table] += 1
        else:
            missed.setdefault(row.aggregate, Missed()).add(row, samples)
    summary.missed = dict(sorted(missed.items(), key=lambda item: (-item[1].rows, item[0])))
    summary.is_held = bool(held)
    return summary


def _widened(known: Range | None, moment: int) -> Range:
    return Range(min(known.first, moment), max(known.last, moment)) if known else Range(moment, moment)


def _by_age(row: LateRow) -> tuple[int, int, bytes]:
    # Rows that are alike in their times are told by their columns, so that one topic always gives one text.
    return row.last, row.watermark, row.value
