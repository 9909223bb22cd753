"""A long run at 70 % of the ceiling: does memory grow, does a checkpoint fail."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from benchmarks.results import show_rows
from benchmarks.sink.contenders import Job, Place
from benchmarks.sink.shapes import BLOCK, UNIFORM
from benchmarks.sink.watching import Look, Watcher, watched

SHARE = 0.7
_COLLECTIONS = 30
_LOOK_SECONDS = 1.0
_PATIENCE = 2.0


@dataclass
class Collector(Watcher):
    """Has the JVM collect its garbage every so many seconds."""

    every: float = 0.0
    collected: int = 0

    def seen(self, look: Look) -> None:
        """Collect when it is time."""
        if look.seconds >= self.every * (self.collected + 1):
            self.collected += 1
            self.collect_garbage()


@dataclass(frozen=True)
class Soak:
    """The run.

    Attributes:
        rows: that came, and that the recount found.
        rate: rows a second that were asked for.
        seconds: that the job ran.
        checkpoints: numbers of them: completed, failed and others.
        heap: MiB of heap used after each collection.
        looks: all of them.
    """

    rows: int
    rate: float
    seconds: float
    checkpoints: Mapping[str, int]
    heap: Sequence[int]
    looks: Sequence[Look]

    def as_json(self) -> dict[str, object]:
        """Return it as the results file holds it."""
        return asdict(self)


def soak(place: Place, ceiling: float, seconds: int) -> Soak:
    """Run for so many seconds, and recount.

    Raises:
        WrongResult: the table does not hold what was written.
        RuntimeError: the job failed.
    """
    rate = SHARE * ceiling
    rows = round(rate * seconds / BLOCK + 0.5) * BLOCK
    job = Job(UNIFORM, rows, "soak", rate=rate, timeout=300 + _PATIENCE * seconds)
    watcher = watched(place, job, Collector, _LOOK_SECONDS, every=seconds / _COLLECTIONS)
    ran = watcher.job["duration"] / 1000 if watcher.job else 0.0
    return Soak(rows, rate, ran, watcher.checkpoints, watcher.heaps(), watcher.looks)


def show(found: Soak) -> None:
    """Print it: memory early, after warm-up, and late."""
    pss = [look.pss / 2**20 for look in found.looks]
    rows = [
        ("rows written and recounted", f"{found.rows:,}"),
        ("rows/s asked for", f"{found.rate:,.0f}"),
        ("rows/s had", f"{found.rows / found.seconds:,.0f}"),
        ("checkpoints completed", str(found.checkpoints.get("completed", 0))),
        ("checkpoints failed", str(found.checkpoints.get("failed", 0))),
        ("heap after a collection, second fifth, MiB", _fifth(found.heap, 1)),
        ("heap after a collection, last fifth, MiB", _fifth(found.heap, 4)),
        ("JVM (PSS), second fifth, MiB", _fifth(pss, 1)),
        ("JVM (PSS), last fifth, MiB", _fifth(pss, 4)),
    ]
    show_rows(f"{found.seconds:.0f} s at {SHARE:.0%} of the ceiling", ("", ""), rows)


def _fifth(values: Sequence[float], number: int) -> str:
    """Return the median of a fifth of a course; the first is warm-up."""
    part = values[len(values) * number // 5 : len(values) * (number + 1) // 5]
    return f"{statistics.median(part):,.0f}" if part else "not measured"
