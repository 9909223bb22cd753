"""Joins of updating results, against DuckDB: random streams, with and without mini-batches, bounded and live.

One seed here; `make joins` runs as many as SEEDS says.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import pytest

from tally.running.following import Progress
from tests.e2e.updates import JOINS, SOURCES, TABLES, Updates, project, view_files
from tests.e2e.workbench import Workbench

SEEDS = range(1, 1 + int(os.environ.get("SEEDS", "1")))
BATCHES = {
    "table.exec.mini-batch.enabled": "true",
    "table.exec.mini-batch.allow-latency": "100 ms",
    "table.exec.mini-batch.size": "5",
}
# Each with the sink that shows what it holds.
JOBS = {"single": ("cassandra", {"table.exec.mini-batch.enabled": "false"}), "batch": ("kafka", BATCHES)}


@pytest.fixture
def joins(bench: Workbench) -> Workbench:
    """A project of all joins, once for each of JOBS."""
    files = {f"sql/aggregates/{name}.sql": project(name, *job) for name, job in JOBS.items()}
    bench.write({**SOURCES, **view_files(), **files})
    for table in TABLES:
        bench.topic(table)
    return bench


def produce(joins: Workbench, updates: Updates, steps: int) -> None:
    """Produce some changes, in order within each table."""
    for table, record in updates.some(steps):
        joins.produce(f"{joins.prefix}-{table}", [record])


def served(joins: Workbench) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each join of each job, sorted."""
    found = {f"single_{name}": joins.rows(f"single_{name}", "k, x, y") for name in JOINS}
    for name in JOINS:
        values = joins.last_values(f"{joins.prefix}-batch-{name}").values()
        found[f"batch_{name}"] = sorted((value["k"], value["x"], value["y"]) for value in values)
    return found


def expected(updates: Updates) -> dict[str, list[tuple[Any, ...]]]:
    rows = updates.expected()
    return {f"{job}_{name}": rows[name] for job in JOBS for name in JOINS}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("parallelism", ["3", "1"] if len(SEEDS) > 1 else ["3"])
def test_joins_of_a_bounded_run_hold_what_duckdb_does(joins: Workbench, seed: int, parallelism: str) -> None:
    joins.settings["TALLY_FLINK_PARALLELISM"] = parallelism
    updates = Updates(seed)
    produce(joins, updates, 200)
    joins.run(bounded=True)
    assert served(joins) == expected(updates)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("parallelism", ["1", "3"] if len(SEEDS) > 1 else ["1"])
def test_joins_of_a_live_run_hold_what_duckdb_does(joins: Workbench, seed: int, parallelism: str) -> None:
    joins.settings["TALLY_FLINK_PARALLELISM"] = parallelism
    updates = Updates(1000 + seed)
    produce(joins, updates, 20)
    looks = iter(range(120))
    bursts = iter(range(8))

    def until(progress: Sequence[Progress]) -> bool:
        if not all(one.rows_in for one in progress):
            return False
        if next(bursts, None) is not None:
            produce(joins, updates, 12)
            return False
        return served(joins) == expected(updates) or next(looks, None) is None

    joins.run(until=until)
    assert served(joins) == expected(updates)
