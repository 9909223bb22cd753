"""Where the time of `tally run` goes: moments told by its own output, Flink's log and Cassandra."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) ")
# What ends each phase, in the log that the JVM writes; the last such line counts for the last one.
_FIRST_LINE = "Python and JVM up (first line of the log)"
_MARKS = (
    ("planned, topic and table checked", "Starting Flink Mini Cluster"),
    ("mini-cluster up", "Flink Mini Cluster started successfully"),
    ("job submitted", "Received job submission"),
)
_TASKS_RUN = ("tasks run", "switched from INITIALIZING to RUNNING")


@dataclass(frozen=True)
class Moment:
    """When a phase was over, in seconds since 1970."""

    phase: str
    time: float


@dataclass(frozen=True)
class Phase:
    """What a phase took.

    Attributes:
        name: what was reached.
        wall_seconds: since the phase before.
        cpu_seconds: of the process tree, since the phase before.
    """

    name: str
    wall_seconds: float
    cpu_seconds: float


def moments_of(log: Path) -> list[Moment]:
    """Return when each phase was over, by Flink's log.

    Raises:
        RuntimeError: the log does not tell of a phase.
    """
    lines = [(match[1], line) for line in log.read_text("utf-8").splitlines() if (match := _LINE.match(line))]
    found = [Moment(_FIRST_LINE, _time(lines[0][0]))]
    for phase, mark in _MARKS:
        found.append(Moment(phase, _times(lines, mark)[0]))
    return [*found, Moment(_TASKS_RUN[0], _times(lines, _TASKS_RUN[1])[-1])]


def _times(lines: Sequence[tuple[str, str]], mark: str) -> list[float]:
    times = [_time(stamp) for stamp, line in lines if mark in line]
    if not times:
        raise RuntimeError(f"Flink's log has no line with '{mark}'")
    return times


def _time(stamp: str) -> float:
    # Flink writes local time without its zone.
    return datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S,%f").timestamp()
