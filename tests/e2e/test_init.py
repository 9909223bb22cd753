"""The project that `tally init` writes runs: its SQL is planned, its Python function called, its results served."""

from __future__ import annotations

from tally.cli.group import run
from tally.datasets import dataset
from tests.e2e.workbench import Workbench


def test_the_new_project_serves_its_aggregates(bench: Workbench) -> None:
    bench.root = bench.root / "fresh"
    assert run(["init", str(bench.root)]) == 0
    source = bench.root / "sql" / "sources" / "user_sessions.sql"
    # The data set's topic is shared with other tests; a table of this test reads one of its own.
    source.write_text(source.read_text("utf-8").replace("'user-sessions'", "'${T}-user-sessions'"), "utf-8")
    topic = bench.topic("user-sessions")
    records = list(dataset("sessions").records(2_000))
    bench.produce(topic, [(record.key, record.value, None) for record in records])

    bench.run(bounded=True)

    rows = bench.rows("active_users_by_region", "region, title, users")
    starts = bench.rows("starts_by_hour", "region, starts")
    assert ("north-america", "Region: North America") in [row[:2] for row in rows]
    assert sum(row[2] for row in rows) > 0
    assert sum(row[1] for row in starts) == sum(b'"START"' in record.value for record in records)
