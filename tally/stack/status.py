"""What `tally status` shows of a service."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tally.stack.processes import find
from tally.stack.readiness import answers, failure_of, last_lines
from tally.stack.service import HOST, Service
from tally.stack.state import Home, State, read_state


class Health(Enum):
    """How a service is."""

    STOPPED = "stopped"
    READY = "ready"
    SILENT = "silent"
    CRASHED = "crashed"


@dataclass(frozen=True)
class ServiceStatus:
    """One service.

    Attributes:
        name: kafka, cassandra or flink.
        health: stopped; ready (it answered); silent (it runs and did not); crashed (it ended by itself).
        address: ``host:port`` while it runs, else None.
        pids: its processes.
        memory: resident bytes of its processes.
        data_bytes: size of its data folder.
        logs: folder of its logs.
        last_lines: the end of its log, when it is crashed or silent.
    """

    name: str
    health: Health
    address: str | None
    pids: tuple[int, ...]
    memory: int
    data_bytes: int
    logs: Path
    last_lines: tuple[str, ...]


def status_of(service: Service, home: Home) -> ServiceStatus:
    """Return how ``service`` is now; asks it when it runs."""
    state = read_state(home)
    found = [process for process in map(find, state.processes.values()) if process]
    health, lines = _health(service, home, state)
    return ServiceStatus(
        name=service.name,
        health=health,
        address=f"{HOST}:{state.ports[service.main_port]}" if found else None,
        pids=tuple(process.pid for process in found),
        memory=sum(process.memory_info().rss for process in found),
        data_bytes=_size(home.data),
        logs=home.logs,
        last_lines=lines,
    )


def _health(service: Service, home: Home, state: State) -> tuple[Health, tuple[str, ...]]:
    if not state.processes:
        return Health.STOPPED, ()
    failure = failure_of(service, home, state)
    if failure:
        return Health.CRASHED, failure.last_lines
    if answers(service, state):
        return Health.READY, ()
    return Health.SILENT, last_lines(home.log(next(iter(state.processes))))


def _size(folder: Path) -> int:
    """Return the bytes of all files; a running server adds and removes some meanwhile."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(parent) / name).stat().st_blocks * 512
            except FileNotFoundError:
                continue
    return total
