"""``python -m benchmarks defaults``: one setting changed at a time against what tally ships."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.comparing import Comparison, compare
from benchmarks.runs import Cell
from benchmarks.workloads import WORKLOADS

# A JVM takes one collector: the shipped one is taken back first.
_NO_PARALLEL = "-XX:-UseParallelGC"


@dataclass(frozen=True)
class Variant:
    """What differs from the shipped defaults, and nothing else does."""

    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    parallelism: int = 1


VARIANTS = {
    variant.name: variant
    for variant in (
        Variant("shipped"),
        Variant("no-object-reuse", {"pipeline.object-reuse": "false"}),
        Variant("no-mini-batch", {"table.exec.mini-batch.enabled": "false"}),
        Variant("mini-batch-5000", {"table.exec.mini-batch.size": "5000"}),
        Variant("parallelism-2", parallelism=2),
        Variant("rocksdb", {"state.backend.type": "rocksdb"}),
        Variant("heap-512m", variables={"TALLY_FLINK_MEMORY": "512m"}),
        Variant("heap-2g", variables={"TALLY_FLINK_MEMORY": "2g"}),
        Variant("c1-only", variables={"JVM_ARGS": "-XX:TieredStopAtLevel=1"}),
        Variant("g1", variables={"JVM_ARGS": f"{_NO_PARALLEL} -XX:+UseG1GC"}),
        Variant("serial-gc", variables={"JVM_ARGS": f"{_NO_PARALLEL} -XX:+UseSerialGC"}),
    )
}


def defaults(names: Sequence[str], workload: str, sizes: tuple[int, int], repeats: int, out: Path) -> None:
    """Measure variants of the settings on one workload, served to both sinks at once.

    Args:
        names: of variants.
        workload: totals or minutes.
        sizes: two numbers of events.
        repeats: of each variant at each size.
        out: folder of the results.
    """
    cells = [_cell(VARIANTS[name], workload) for name in names]
    compare(Comparison(f"defaults-{workload}", f"defaults, {workload}", cells, sizes, repeats), out)


def _cell(variant: Variant, workload: str) -> Cell:
    return Cell(
        label=variant.name,
        contender="tally",
        workload=WORKLOADS[workload],
        sinks=("cassandra", "kafka"),
        parallelism=variant.parallelism,
        options=variant.options,
        variables=variant.variables,
    )
