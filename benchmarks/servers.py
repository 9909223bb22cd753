"""A Kafka and a Cassandra of the benchmark's own, in a scratch folder."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tally.settings import Settings
from tally.stack import Stack
from tally.stack.state import home_of, read_state

SERVICES = ("kafka", "cassandra")


@dataclass(frozen=True)
class Servers:
    """Running servers: their addresses, empty where one was not started, and a folder to work in."""

    root: Path
    kafka: str
    cassandra: str


@contextmanager
def scratch() -> Iterator[Path]:
    """Give an empty folder and remove it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="tally-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(*services: str) -> Iterator[Servers]:
    """Start servers, both when none is named, as `tally up` does, and stop and wipe them at the end."""
    with scratch() as root:
        stack = Stack(root, Settings())
        stack.up(services or SERVICES)
        try:
            addresses = stack.addresses()
            yield Servers(root, addresses.kafka or "", addresses.cassandra or "")
        finally:
            stack.down(wipe=True)


def server_processes(root: Path) -> dict[str, psutil.Process]:
    """Return the processes of the stack of the project at ``root``, by service, as far as they run."""
    found = {}
    for service in SERVICES:
        for child in read_state(home_of(root, service)).processes.values():
            if psutil.pid_exists(child.pid):
                found[service] = psutil.Process(child.pid)
    return found


def server_cpu(root: Path) -> dict[str, float]:
    """Return the CPU-seconds that each server has used since its start."""
    times = {name: process.cpu_times() for name, process in server_processes(root).items()}
    return {name: time.user + time.system for name, time in times.items()}
