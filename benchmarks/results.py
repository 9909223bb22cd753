"""How results are kept and shown: a JSON file with every run, a table on standard output."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure
from benchmarks.runs import Run


def machine() -> dict[str, object]:
    """Return what the figures depend on and a reader cannot see."""
    return {
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "flink": version("apache-flink"),
    }


def save(out: Path, name: str, document: Mapping[str, object]) -> None:
    """Write ``<out>/<name>.json``."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{name}.json"
    path.write_text(json.dumps({"machine": machine(), **document}, indent=2) + "\n", "utf-8")
    print(f"written: {path}")


def told(run: Run) -> str:
    """Return one run as a line of progress."""
    cost = run.cost
    return (
        f"{run.label}, {run.size:,} events, repeat {run.repeat}: CPU {cost.cpu_seconds:.1f} s, "
        f"wall {cost.wall_seconds:.1f} s"
    )


def show(title: str, found: Sequence[Figure]) -> None:
    """Print a line a cell: median (least-greatest)."""
    rows = [
        (
            one.label,
            one.rate.text() if one.rate else "not measurable",
            one.small_cpu.text(1),
            one.large_cpu.text(1),
            one.large_wall.text(1),
            one.memory.text(),
        )
        for one in found
    ]
    titles = ("", "records per further CPU-s", "CPU s, small", "CPU s, large", "wall s, large", "JVM MiB")
    show_rows(title, titles, rows)


def show_rows(title: str, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, every column but the first flush right."""
    table = Table(title=title)
    for number, name in enumerate(titles):
        table.add_column(name, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    Console(width=160).print(table)
