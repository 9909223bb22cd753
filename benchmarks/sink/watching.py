"""A job that is watched while it runs: its memory, its metrics, its checkpoints."""

from __future__ import annotations

import re
import subprocess
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil

from benchmarks.sink.contenders import Job, Place, flink_job
from benchmarks.sink.flink_rest import FlinkRest
from benchmarks.sink.java import tool
from benchmarks.sink.tables import create, recount
from benchmarks.trees import memory_of, sampling
from tally.stack.processes import free_ports

# [12.345s][info][gc] GC(5) Pause Full (Diagnostic Command) 120M->30M(981M) 45.123ms
_ASKED_FOR = re.compile(r"^\[([\d.]+)s\].*Pause Full \(Diagnostic Command\) \d+M->(\d+)M", re.MULTILINE)


@dataclass(frozen=True)
class Look:
    """What a job's JVM had at one time.

    Attributes:
        seconds: since the job was first seen to run.
        sent: rows that the sink had sent and Cassandra acknowledged.
        buffered: bytes that the sink held, by its own metric.
        pss: bytes of memory of the JVM.
    """

    seconds: float
    sent: int
    buffered: int
    pss: int


@dataclass
class Watch:
    """Looks at one job over and over."""

    rest: FlinkRest
    folder: Path
    looks: list[Look] = field(default_factory=list)
    job: dict[str, Any] | None = None
    checkpoints: dict[str, int] = field(default_factory=dict)
    _began: float | None = None
    _jvm: psutil.Process | None = None

    def look(self) -> Look | None:
        """Look once; None while the job does not run."""
        job = self.rest.job()
        if job is None or job["state"] != "RUNNING":
            return None
        self.job = job
        self.checkpoints = self.rest.checkpoints(job["jid"]) or self.checkpoints
        now = time.monotonic()
        self._began = self._began or now
        self._jvm = self._jvm or self._find_jvm()
        metrics = self.rest.metrics(job, "numRecordsSend", "bufferedBytes")
        if self._jvm is None or not metrics:
            return None
        sent, buffered = int(metrics["numRecordsSend"]), int(metrics["bufferedBytes"])
        pss = memory_of({self._jvm: "jvm"}).pss
        self.looks.append(Look(now - self._began, sent, buffered, pss))
        return self.looks[-1]

    def collect_garbage(self) -> None:
        """Have the JVM collect its garbage; what is left is in ``heaps``."""
        if self._jvm is not None:
            subprocess.run((tool("jcmd"), str(self._jvm.pid), "GC.run"), capture_output=True, check=False)

    def heaps(self) -> list[int]:
        """Return the MiB of heap used after each collection that was asked for."""
        return [int(after) for _, after in _ASKED_FOR.findall((self.folder / "gc.log").read_text("utf-8"))]

    def _find_jvm(self) -> psutil.Process | None:
        # Its log of collections is in the run's folder, which no other process names.
        for process in psutil.Process().children(recursive=True):
            try:
                if process.name() == "java" and any(str(self.folder) in part for part in process.cmdline()):
                    return process
            except psutil.NoSuchProcess:
                continue
        return None


class Watcher(Watch, ABC):
    """A watch that does something at each look."""

    @abstractmethod
    def seen(self, look: Look) -> None:
        """Do it."""


def watched(place: Place, job: Job, kind: type[Watcher], seconds: float, **more: Any) -> Watcher:
    """Run a job, look at it every so many seconds, and recount its table.

    Raises:
        WrongResult: the table does not hold what was written.
        RuntimeError: the job failed, or was never seen to run.
    """
    folder = place.folder(job.keyspace)
    [port] = free_ports(1)
    watcher = kind(FlinkRest(port), folder, **more)

    def look() -> None:
        found = watcher.look()
        if found is not None:
            watcher.seen(found)

    create(place.servers, job.keyspace)
    jvm = (*job.jvm, f"-Xlog:gc:file={folder / 'gc.log'}:uptime,level,tags")
    with sampling(look, seconds):
        flink_job(place, replace(job, rest_port=port, jvm=jvm), folder)
    if not watcher.looks:
        raise RuntimeError(f"the job in {job.keyspace} ended before it was seen to run: take more rows")
    recount(place.servers, job.keyspace, job.shape, job.rows)
    return watcher
