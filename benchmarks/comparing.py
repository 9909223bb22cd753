"""Cells run in rounds, saved after each run, summed up at the end or at Ctrl-C."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import figures
from benchmarks.results import save, show, told
from benchmarks.runs import Cell, Run, bench, rounds


@dataclass(frozen=True)
class Comparison:
    """What is compared.

    Attributes:
        name: of the results file.
        title: of the table.
        cells: side by side.
        sizes: the two numbers of events.
        repeats: of all cells at both sizes.
        cut_every: which records are cut in the middle, as of ``Payments``.
    """

    name: str
    title: str
    cells: Sequence[Cell]
    sizes: tuple[int, int]
    repeats: int
    cut_every: int = 0


def compare(comparison: Comparison, out: Path) -> None:
    """Run all rounds, print a table and write the JSON; Ctrl-C keeps what was measured so far.

    Raises:
        WrongResult: a run served something else than the generator's totals; what was measured before is kept.
    """
    runs: list[Run] = []
    try:
        with bench(comparison.sizes, comparison.cut_every) as on:
            for run in rounds(on, comparison.cells, comparison.sizes, comparison.repeats):
                runs.append(run)
                print(told(run), flush=True)
    except KeyboardInterrupt:
        print("stopped; what was measured so far:")
    finally:
        _conclude(comparison, runs, out)


def _conclude(comparison: Comparison, runs: Sequence[Run], out: Path) -> None:
    found = figures(runs, comparison.sizes)
    document = {
        "title": comparison.title,
        "sizes": comparison.sizes,
        "figures": [one.as_json() for one in found],
        "runs": [run.as_json() for run in runs],
    }
    save(out, comparison.name, document)
    repeats = max((figure.small_cpu.repeats for figure in found), default=0)
    show(
        f"{comparison.title}: {min(comparison.sizes):,} and {max(comparison.sizes):,} events, {repeats} repeats",
        found,
    )
