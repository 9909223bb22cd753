"""``python -m benchmarks throughput``: what one more record costs, through tally and by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.comparing import Comparison, compare
from benchmarks.contenders import CONTENDERS
from benchmarks.runs import Cell
from benchmarks.workloads import SINKS, WORKLOADS

CASES = {f"{workload.name}-{sink}": (workload, sink) for workload in WORKLOADS.values() for sink in SINKS}
"""What can be measured: each workload to each sink."""


@dataclass(frozen=True)
class Load:
    """What is read, and how.

    Attributes:
        sizes: two numbers of events.
        parallelism: of every operator.
        cut_every: each so many-th record is cut in the middle; 0: none is.
    """

    sizes: tuple[int, int]
    parallelism: int
    cut_every: int


def throughput(cases: Sequence[str], load: Load, repeats: int, out: Path) -> None:
    """Compare tally with the same statements by hand.

    Args:
        cases: names of them.
        load: what they read.
        repeats: of each case by each contender at each size.
        out: folder of the results.
    """
    cells = [
        Cell(f"{case}, {contender}", contender, CASES[case][0], (CASES[case][1],), load.parallelism)
        for case in cases
        for contender in CONTENDERS
    ]
    title = f"throughput at parallelism {load.parallelism}"
    name = "throughput"
    if load.cut_every:
        title += f", every {load.cut_every}th record bad"
        name += "-bad"
    compare(Comparison(name, title, cells, load.sizes, repeats, load.cut_every), out)
