"""``python -m benchmarks throughput``: what one more record costs, through tally and by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.comparing import Comparison, compare
from benchmarks.contenders import CONTENDERS
from benchmarks.runs import Cell
from benchmarks.workloads import SINKS, WORKLOADS

CASES = {f"{workload.name}-{sink}": (workload, sink) for workload in WORKLOADS.values() for sink in SINKS}
"""What can be measured: each workload to each sink."""


def throughput(
    cases: Sequence[str], parallelism: int, sizes: tuple[int, int], repeats: int, out: Path
) -> None:
    """Compare tally with the same statements by hand.

    Args:
        cases: names of them.
        parallelism: of every operator.
        sizes: two numbers of events.
        repeats: of each case by each contender at each size.
        out: folder of the results.
    """
    cells = [
        Cell(f"{case}, {contender}", contender, CASES[case][0], (CASES[case][1],), parallelism)
        for case in cases
        for contender in CONTENDERS
    ]
    title = f"throughput at parallelism {parallelism}"
    compare(Comparison("throughput", title, cells, sizes, repeats), out)
