"""``python -m benchmarks startup``: from nothing to ready, from command to first row, and the demo's memory."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

from cassandra import InvalidRequest
from cassandra.cluster import NoHostAvailable, Session

from benchmarks.commands import TALLY, environment
from benchmarks.contenders import Task, variables, write_project
from benchmarks.events import Payments, preload
from benchmarks.figures import spread
from benchmarks.memory import demo_memory
from benchmarks.phases import Moment, Phase, moments_of
from benchmarks.results import save, show_rows
from benchmarks.servers import Servers, running, scratch, server_cpu
from benchmarks.trees import CpuCourse, sampling
from benchmarks.workloads import TOTALS
from tally.serving.cassandra import connect
from tally.settings import CassandraSettings, Settings
from tally.stack import Stack

EVENTS = 10_000
_PATIENCE_SECONDS = 180.0
_LOOK_SECONDS = 0.1


def startup(repeats: int, with_demo: bool, out: Path) -> None:
    """Measure, print tables and write the JSON.

    Args:
        repeats: of `tally up` and `tally run`; the demo runs once.
        with_demo: whether the demo is measured: it takes minutes.
        out: folder of the results.
    """
    ups = [up_from_nothing() for _ in range(repeats)]
    _show("tally up, from nothing to ready", ups)
    with running() as servers:
        preload(servers.kafka, "payments", Payments(EVENTS))
        runs = [first_row(servers, f"start{number}") for number in range(repeats)]
    _show("tally run, from command to the first row in Cassandra", runs)
    demo = demo_memory() if with_demo else None
    document = {
        "up": [list(map(asdict, one)) for one in ups],
        "run": [list(map(asdict, one)) for one in runs],
    }
    save(out, "startup", {**document, "demo": demo and demo.as_json()})
    if demo:
        demo.show()


def up_from_nothing() -> list[Phase]:
    """Run `tally up` in an empty project; the jars are there, data and ports are not."""
    with scratch() as root:
        (root / "sql").mkdir()
        began = time.monotonic()
        done = subprocess.run(
            (*TALLY, "up"), cwd=root, env=environment({}), capture_output=True, text=True, check=False
        )
        seconds = time.monotonic() - began
        try:
            if done.returncode:
                raise RuntimeError(f"tally up ended with {done.returncode}:\n{done.stderr}")
            return [Phase("ready", seconds, sum(server_cpu(root).values()))]
        finally:
            Stack(root, Settings()).down(wipe=True)


def first_row(servers: Servers, name: str) -> list[Phase]:
    """Run `tally run` until the first row is in Cassandra, and say where the time went."""
    folder = servers.root / "runs" / name
    folder.mkdir(parents=True)
    task = Task(TOTALS, ("cassandra",), "payments", name, parallelism=1)
    write_project(folder, task)
    with (folder / "output.log").open("wb") as output:
        began = time.time()
        process = subprocess.Popen(
            (*TALLY, "run"),
            cwd=folder,
            env=environment(variables(task, servers)),
            stdout=output,
            stderr=output,
        )
        course = CpuCourse(process.pid)
        try:
            with sampling(course.sample, _LOOK_SECONDS):
                served = _wait_for_row(servers, name, process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
    log = next((folder / ".tally" / "logs").glob("*.log"))
    moments = [Moment("command", began), *moments_of(log), Moment("first row in Cassandra", served)]
    return _phases(moments, course)


def _wait_for_row(servers: Servers, keyspace: str, process: subprocess.Popen[bytes]) -> float:
    """Return when the first row was there; asks ten times a second, since Cassandra tells nobody."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with connect(servers.cassandra, CassandraSettings()) as session:
        while time.monotonic() < deadline and process.poll() is None:
            if _has_row(session, f"{keyspace}.{TOTALS.name}"):
                return time.time()
            time.sleep(_LOOK_SECONDS)
    raise RuntimeError(f"tally run served no row, see {keyspace}/output.log")


def _has_row(session: Session, table: str) -> bool:
    try:
        return session.execute(f"SELECT user_id FROM {table} LIMIT 1").one() is not None
    except (InvalidRequest, NoHostAvailable):
        return False  # no such table yet, or one that the server is creating


def _phases(moments: Sequence[Moment], course: CpuCourse) -> list[Phase]:
    return [
        Phase(after.phase, after.time - before.time, course.at(after.time) - course.at(before.time))
        for before, after in pairwise(moments)
    ]


def _show(title: str, repeats: Sequence[Sequence[Phase]]) -> None:
    rows = [
        (by_phase[0].name, *_texts([(phase.wall_seconds, phase.cpu_seconds) for phase in by_phase]))
        for by_phase in zip(*repeats, strict=True)
    ]
    totals = [(sum(p.wall_seconds for p in one), sum(p.cpu_seconds for p in one)) for one in repeats]
    show_rows(
        f"{title}, {len(repeats)} repeats", ("", "wall s", "CPU s"), [*rows, ("in all", *_texts(totals))]
    )


def _texts(values: Sequence[tuple[float, float]]) -> tuple[str, str]:
    return spread(wall for wall, _ in values).text(1), spread(cpu for _, cpu in values).text(1)
