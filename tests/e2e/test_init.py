"""The project that `tally init` writes, from the command line alone: explained, run, queried, stopped with Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from tally.datasets import dataset
from tests.e2e.workbench import Workbench

TALLY = str(Path(sys.executable).parent / "tally")


def start(bench: Workbench, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [TALLY, *arguments],
        cwd=bench.root,
        env={"PATH": "/usr/bin:/bin", **bench.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def tally(bench: Workbench, *arguments: str) -> str:
    """Return what a command prints; it must succeed."""
    process = start(bench, *arguments)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out


def new_project(bench: Workbench) -> str:
    """Write the project, let its source read a topic of this test, and return the topic."""
    tally(bench, "init", "fresh")
    bench.root = bench.root / "fresh"
    source = bench.root / "sql" / "sources" / "user_sessions.sql"
    source.write_text(source.read_text("utf-8").replace("'user-sessions'", "'${T}-user-sessions'"), "utf-8")
    aggregate = bench.root / "sql" / "aggregates" / "active_users_by_region.sql"
    aggregate.write_text(aggregate.read_text("utf-8").replace("'active-users", "'${T}-active-users"), "utf-8")
    return bench.topic("user-sessions")


def test_the_new_project_works_as_its_readme_says(bench: Workbench) -> None:
    topic = new_project(bench)
    records = list(dataset("sessions").records(2_000))
    bench.produce(topic, [(record.key.decode(), record.value, None) for record in records])

    explained = tally(bench, "explain", "sql/aggregates/starts_by_hour.sql")
    assert f"CREATE TABLE IF NOT EXISTS {bench.prefix}.starts_by_hour (" in explained
    tally(bench, "run", "--bounded")
    rows = json.loads(tally(bench, "query", "active_users_by_region", "--json"))
    starts = json.loads(tally(bench, "query", "starts_by_hour", "--json"))

    assert {"region": "north-america", "title": "Region: North America"}.items() <= next(
        row for row in rows if row["region"] == "north-america"
    ).items()
    events = [json.loads(record.value) for record in records]
    assert sum(row["starts"] for row in starts) == sum(event["kind"] == "START" for event in events)
    assert {row["region"] for row in rows} == {event["region"] for event in events}


def test_ctrl_c_stops_a_run_with_a_checkpoint(bench: Workbench) -> None:
    topic = new_project(bench)
    bench.produce(topic, [(r.key.decode(), r.value, None) for r in dataset("sessions").records(200)])
    process = start(bench, "run", "sql/aggregates/active_users_by_region.sql")
    bench.wait_for_rows("active_users_by_region")

    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)

    assert process.returncode == 0, err
    assert "Traceback" not in err
    kept = bench.root / ".tally" / "jobs" / "active_users_by_region" / "checkpoints"
    assert list(kept.glob("*/chk-*/_metadata"))
