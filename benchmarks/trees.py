"""What a live process tree has used so far, sampled: for courses over time, where the end alone says too little."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Memory:
    """Memory of some processes in bytes.

    Attributes:
        rss: resident sets added up: pages that processes share count for each of them.
        pss: proportional sets added up: shared pages are divided among those that share them.
        by_name: pss by name of the process.
    """

    rss: int
    pss: int
    by_name: dict[str, int] = field(default_factory=dict)


def family(pid: int) -> list[psutil.Process]:
    """Return a process and its descendants, as far as they live."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def cpu_of(processes: list[psutil.Process]) -> dict[int, float]:
    """Return user and system seconds by pid."""
    used = {}
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        used[process.pid] = float(times.user + times.system)
    return used


def memory_of(processes: dict[psutil.Process, str]) -> Memory:
    """Return the memory of named processes (smaps_rollup of proc(5)), those that ended left out."""
    rss, by_name = 0, dict.fromkeys(processes.values(), 0)
    for process, name in processes.items():
        try:
            text = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii")
        except (FileNotFoundError, ProcessLookupError):
            continue
        fields = {
            line.split(":")[0]: int(line.split()[1]) * 1024
            for line in text.splitlines()
            if line.endswith("kB")
        }
        rss += fields.get("Rss", 0)
        by_name[name] += fields.get("Pss", 0)
    return Memory(rss, sum(by_name.values()), by_name)


class CpuCourse:
    """CPU-seconds of a process tree over time; a process that ended keeps what it was last seen to have used."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._last: dict[int, float] = {}
        self._course: list[tuple[float, float]] = [(time.time(), 0.0)]

    def sample(self) -> None:
        """Look once."""
        self._last |= cpu_of(family(self._pid))
        self._course.append((time.time(), sum(self._last.values())))

    def at(self, moment: float) -> float:
        """Return the CPU-seconds used up to a time since 1970, interpolated between two looks."""
        before = max((point for point in self._course if point[0] <= moment), default=self._course[0])
        after = min((point for point in self._course if point[0] > moment), default=before)
        if after[0] <= before[0]:
            return before[1]
        share = min(1.0, max(0.0, (moment - before[0]) / (after[0] - before[0])))
        return before[1] + share * (after[1] - before[1])


@contextmanager
def sampling(look: Callable[[], object], seconds: float) -> Iterator[None]:
    """Call ``look`` every so many seconds while the block runs, and once at its end."""
    over = threading.Event()

    def looks() -> None:
        while not over.wait(seconds):
            look()

    thread = threading.Thread(target=looks, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        look()
