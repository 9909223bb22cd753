"""Peak memory of `tally demo`: all processes, the servers among them."""

from __future__ import annotations

import shutil
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from benchmarks.commands import CHECKOUT, TALLY, environment
from benchmarks.results import show_rows
from benchmarks.servers import scratch, server_processes
from benchmarks.trees import Memory, family, memory_of, sampling
from tally.settings import Settings
from tally.stack import Stack

_PROJECT = ("sql", "udfs", "jobs", "flink-conf", "pyproject.toml")
_LOOK_SECONDS = 0.5
_TIMEOUT_SECONDS = 900


@dataclass(frozen=True)
class DemoMemory:
    """What the demo took.

    Attributes:
        seconds: from command to end.
        peak: the moment with the greatest proportional set size.
        peak_rss: greatest sum of resident sets, in bytes.
    """

    seconds: float
    peak: Memory
    peak_rss: int

    def as_json(self) -> dict[str, object]:
        """Return it as the results file holds it."""
        return asdict(self)

    def show(self) -> None:
        """Print a line a kind of process."""
        rows = [(name, _mib(size)) for name, size in self.peak.by_name.items()]
        rows += [("in all (PSS)", _mib(self.peak.pss)), ("in all (RSS)", _mib(self.peak_rss))]
        show_rows(f"tally demo, {self.seconds:.0f} s: memory at its peak", ("", "MiB"), rows)


def demo_memory() -> DemoMemory:
    """Run the shipped project's demo in a folder of its own, twice a second looking at its memory.

    Raises:
        RuntimeError: the demo failed: what it served was not what its recount says.
    """
    with scratch() as root:
        for name in _PROJECT:
            _copy(CHECKOUT / name, root / name)
        try:
            return _measured(root)
        finally:
            Stack(root, Settings()).down(wipe=True)


def _measured(root: Path) -> DemoMemory:
    looks: list[Memory] = []
    log = root / "output.log"
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            (*TALLY, "demo"), cwd=root, env=environment({}), stdout=output, stderr=output
        )
        with sampling(lambda: looks.append(memory_of(_named(process.pid, root))), _LOOK_SECONDS):
            code = process.wait(_TIMEOUT_SECONDS)
    seconds = time.monotonic() - began
    if code:
        raise RuntimeError(f"tally demo ended with {code}:\n{log.read_text('utf-8', 'replace')[-3000:]}")
    return DemoMemory(seconds, max(looks, key=lambda look: look.pss), max(look.rss for look in looks))


def _named(pid: int, root: Path) -> dict[psutil.Process, str]:
    """Return the demo's processes: its Python, its JVM, what else it started, and the servers."""
    servers = {process: name for name, process in server_processes(root).items()}
    own = {process: _kind(process, pid) for process in family(pid) if process not in servers}
    return servers | own


def _kind(process: psutil.Process, pid: int) -> str:
    if process.pid == pid:
        return "tally"
    try:
        return "Flink's JVM" if process.name() == "java" else "other"
    except psutil.NoSuchProcess:
        return "other"


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def _mib(size: int) -> str:
    return f"{size / 2**20:,.0f}"
