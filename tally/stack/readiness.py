"""Waits until servers answer, and tells why one does not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tally.stack.errors import LogError, ServerCrashed, ServerOutOfMemory, ServerSilent
from tally.stack.processes import find, listens
from tally.stack.service import Service
from tally.stack.state import Home, State, read_state

LAST_LINES = 12
_PAUSE_SECONDS = 0.1
_OUT_OF_MEMORY = ("OutOfMemoryError", "insufficient memory", "Cannot allocate memory")


def wait_for(
    services: Iterable[tuple[Service, Home]], timeout: float, on_ready: Callable[[str], None]
) -> None:
    """Return when every service answers.

    Raises:
        ServerCrashed, ServerOutOfMemory: one of a service's processes ended.
        ServerSilent: a service did not answer within ``timeout`` seconds.
    """
    waiting = list(services)
    began = time.monotonic()
    while waiting:
        for service, home in tuple(waiting):
            state = read_state(home)
            failure = failure_of(service, home, state)
            if failure:
                raise failure
            if answers(service, state):
                waiting.remove((service, home))
                on_ready(service.name)
            elif time.monotonic() - began > timeout:
                log = home.log(next(iter(state.processes)))
                raise ServerSilent(service.name, log, last_lines(log), timeout)
        if waiting:
            time.sleep(_PAUSE_SECONDS)


def answers(service: Service, state: State) -> bool:
    """Return whether the service answers; a closed port is asked nothing."""
    return listens(state.ports[service.main_port]) and service.answers(state.ports)


def failure_of(service: Service, home: Home, state: State) -> LogError | None:
    """Return the error of the first process that ended by itself, None when all run."""
    for name, child in state.processes.items():
        if find(child) is None:
            log = home.log(name)
            lines = last_lines(log)
            if _is_out_of_memory(lines):
                return ServerOutOfMemory(service.name, log, lines, service.memory_setting)
            return ServerCrashed(service.name, log, lines)
    return None


def last_lines(log: Path) -> tuple[str, ...]:
    """Return the end of a log: at most 12 lines, of at most 200 characters."""
    if not log.is_file():
        return ()
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 16384))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return tuple(line[:200] for line in lines if line.strip())[-LAST_LINES:]


def _is_out_of_memory(lines: Sequence[str]) -> bool:
    return any(sign in line for line in lines for sign in _OUT_OF_MEMORY)
