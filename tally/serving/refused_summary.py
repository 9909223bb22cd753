"""A look at refused rows: how many there are by the sinks that cannot hold them, and the newest of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tally.serving.refused_rows import RefusedRow, read_refused_rows
from tally.serving.topics import end_offsets, existing_topics


@dataclass
class RefusedBy:
    """Refused rows of which the same sinks say that they cannot hold them.

    Attributes:
        rows: how many.
        samples: the newest of them, oldest first.
    """

    rows: int = 0
    samples: list[RefusedRow] = field(default_factory=list)

    def add(self, row: RefusedRow, most: int) -> None:
        """Count a row and keep it while it is among the newest."""
        self.rows += 1
        self.samples.append(row)
        # Of rows that are alike in time the order of keys decides, so that one topic always gives one text.
        self.samples.sort(key=lambda one: (one.time, one.key, one.value))
        del self.samples[: max(0, len(self.samples) - most)]


@dataclass
class RefusedSummary:
    """What the refused rows of an aggregate are.

    Attributes:
        topic: that was read; None while there is none.
        by_sinks: by the sinks that cannot hold the rows; the most frequent first.
        others: refused rows of other aggregates with the same topic, by name.
        foreign: records that are no refused rows.
        is_held: whether a transaction is open on the topic: what is behind it cannot be read yet.
    """

    topic: str | None
    by_sinks: Mapping[str, RefusedBy] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)
    foreign: int = 0
    is_held: bool = False

    @property
    def rows(self) -> int:
        """How many there are."""
        return sum(one.rows for one in self.by_sinks.values())


def summarize_refused(address: str | None, topic: str, aggregate: str, samples: int) -> RefusedSummary:
    """Read the refused rows of an aggregate to their present end.

    Args:
        address: host:port, several by comma; None where none is known.
        topic: of refused rows.
        aggregate: its name.
        samples: how many to keep for each group.

    Raises:
        KafkaUnreachable: no broker answers.
        KafkaFailed: the topic could not be read.
    """
    if not existing_topics(address, [topic]):
        return RefusedSummary(None)
    summary = RefusedSummary(topic)
    found: dict[str, RefusedBy] = {}
    held: set[str] = set()
    for row in read_refused_rows(str(address), topic, end_offsets(address, topic), held):
        if row is None:
            summary.foreign += 1
        elif row.aggregate != aggregate:
            summary.others[row.aggregate] += 1
        else:
            found.setdefault(row.sinks, RefusedBy()).add(row, samples)
    summary.by_sinks = dict(sorted(found.items(), key=lambda item: (-item[1].rows, item[0])))
    summary.is_held = bool(held)
    return summary
