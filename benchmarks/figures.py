"""Runs -> figures: records per further CPU-second, medians and spread."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from benchmarks.runs import Run

NOISE = 0.2
"""By this share the start-up's CPU varies; a difference of two sizes that is no greater tells of no rate."""


@dataclass(frozen=True)
class Spread:
    """Median, least and greatest of some repeats."""

    median: float
    least: float
    greatest: float
    repeats: int

    def text(self, digits: int = 0) -> str:
        """Return ``98,100 (97,200-99,000)``."""
        median, least, greatest = (f"{v:,.{digits}f}" for v in (self.median, self.least, self.greatest))
        return f"{median} ({least}-{greatest})"


@dataclass(frozen=True)
class Figure:
    """What the repeats of one cell say.

    Attributes:
        label: of the cell.
        rate: records per further CPU-second: (N2 - N1) / (CPU2 - CPU1), each repeat by itself; None where the sizes
            are too small to tell.
        small_cpu: CPU-seconds of a run of N1 events.
        large_cpu: CPU-seconds of a run of N2 events.
        large_wall: seconds of a run of N2 events, command to end.
        memory: peak MiB of the JVM at N2 events.
    """

    label: str
    rate: Spread | None
    small_cpu: Spread
    large_cpu: Spread
    large_wall: Spread
    memory: Spread

    def as_json(self) -> dict[str, object]:
        """Return it as the results file holds it."""
        return asdict(self)


def spread(values: Iterable[float]) -> Spread:
    """Return the spread of at least one value."""
    found = sorted(values)
    return Spread(statistics.median(found), found[0], found[-1], len(found))


def figures(runs: Sequence[Run], sizes: Sequence[int]) -> list[Figure]:
    """Return a figure for each cell that was run at both sizes, in the order of the first run."""
    labels = dict.fromkeys(run.label for run in runs)
    found = ((label, _pairs([run for run in runs if run.label == label], sizes)) for label in labels)
    return [_figure(label, pairs) for label, pairs in found if pairs]


def _pairs(runs: Sequence[Run], sizes: Sequence[int]) -> list[tuple[Run, Run]]:
    """Return the runs of the least and the greatest size, by repeat."""
    small, large = (
        {run.repeat: run for run in runs if run.size == size} for size in (min(sizes), max(sizes))
    )
    return [(small[repeat], large[repeat]) for repeat in small if repeat in large]


def _figure(label: str, pairs: Sequence[tuple[Run, Run]]) -> Figure:
    further = [(two.size - one.size, two.cost.cpu_seconds - one.cost.cpu_seconds) for one, two in pairs]
    measurable = all(two.cost.cpu_seconds > one.cost.cpu_seconds * (1 + NOISE) for one, two in pairs)
    return Figure(
        label=label,
        rate=spread(records / seconds for records, seconds in further) if measurable else None,
        small_cpu=spread(one.cost.cpu_seconds for one, _ in pairs),
        large_cpu=spread(two.cost.cpu_seconds for _, two in pairs),
        large_wall=spread(two.cost.wall_seconds for _, two in pairs),
        memory=spread(two.cost.largest_process_mib for _, two in pairs),
    )
