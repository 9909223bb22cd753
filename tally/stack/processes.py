"""Child processes that outlive the command that starts them, and are recognised by pid and start time."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import SystemRandom

import psutil

from tally.settings import process_environment
from tally.stack.errors import CannotStop

STOP_SECONDS = 30.0
# Below those that systems give to outgoing connections: one of them could take a port before its server does, or
# while the server is away, even one that looks for that very server.
SERVER_PORTS = range(10_000, 32_768)


@dataclass(frozen=True)
class Launch:
    """A process to start.

    Attributes:
        command: what it runs.
        before: a command that must succeed first, in the same process; none when empty.
        env: variables beside those of this process.
    """

    command: tuple[str, ...]
    before: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Child:
    """A process that was started.

    Attributes:
        pid: its number, which another process may bear later.
        started: when it started, which tells the two apart. On Linux in clock ticks since boot, which no
            correction of the clock changes; elsewhere in seconds since the epoch.
    """

    pid: int
    started: float


def start(launch: Launch, folder: Path, log: Path) -> Child:
    """Start a process in ``folder`` as a session of its own, its output appended to ``log``."""
    # When the shell ends, init adopts the server: nobody's zombie, out of reach of this terminal's Ctrl-C.
    first = f"{shlex.join(launch.before)} && " if launch.before else ""
    whole = f"{{ {first}exec {shlex.join(launch.command)}; }}"
    script = f"{whole} >>{shlex.quote(str(log))} 2>&1 </dev/null & echo $!"
    env = {**process_environment(), **launch.env}
    shell = ["/bin/sh", "-c", script]
    done = subprocess.run(
        shell, cwd=folder, env=env, capture_output=True, text=True, check=True, start_new_session=True
    )
    pid = int(done.stdout)
    try:
        return Child(pid, _start_time(psutil.Process(pid)))
    except psutil.NoSuchProcess:
        return Child(pid, 0.0)


def find(child: Child) -> psutil.Process | None:
    """Return the process, or None when it has ended (even if its pid is in use again)."""
    try:
        process = psutil.Process(child.pid)
        same = _start_time(process) == child.started
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def stop(service: str, children: Iterable[Child], patience: float = STOP_SECONDS) -> None:
    """End processes, each with its own children: asked first, killed after ``patience`` seconds.

    Raises:
        CannotStop: one outlived that.
    """
    asked = [process for process in map(find, children) if process]
    family = [*asked, *(child for process in asked for child in _children(process))]
    if patience:
        for process in asked:
            _send(process, signal.SIGTERM)
        _, family = psutil.wait_procs(family, timeout=patience)
    for survivor in family:
        _send(survivor, signal.SIGKILL)
    _, survivors = psutil.wait_procs(family, timeout=STOP_SECONDS)
    if survivors:
        raise CannotStop(service, survivors[0].pid)


def free_ports(count: int, among: Sequence[int] = SERVER_PORTS) -> list[int]:
    """Return ``count`` different ports on which nothing listens; by default such as no client is given."""
    drawn = SystemRandom().sample(among, len(among))
    return list(islice(filter(is_free, drawn), count))


def listens(port: int) -> bool:
    """Return whether a server listens on ``port`` of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True


def is_free(port: int) -> bool:
    """Return whether a server could listen on ``port`` of this machine; takes it for an instant."""
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


def _start_time(process: psutil.Process) -> float:
    stat = Path(f"/proc/{process.pid}/stat")
    if not stat.parent.is_dir():
        return float(process.create_time())
    try:
        # Field 22, counted behind the command's name, which may hold blanks (proc(5)).
        return float(stat.read_text("utf-8", "replace").rpartition(")")[2].split()[19])
    except (FileNotFoundError, ProcessLookupError):
        raise psutil.NoSuchProcess(process.pid) from None


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        os.kill(process.pid, number)
    except ProcessLookupError:
        return
