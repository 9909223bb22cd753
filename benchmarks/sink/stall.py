"""What the sink holds while its server has stopped answering, against its bound."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import psutil

from benchmarks.figures import spread
from benchmarks.results import show_rows
from benchmarks.servers import server_processes
from benchmarks.sink.contenders import Job, Place
from benchmarks.sink.shapes import BLOCK, UNIFORM
from benchmarks.sink.watching import Look, Watcher, watched

BOUND = 8 * 2**20
"""The default of sink.buffer-flush.max-size."""
_TEXT = "x" * 4_000
"""Rows wide enough that bytes are the bound that is met, and not the number of rows."""
_RATE = 2_000.0
_LOOK_SECONDS = 0.5
# A checkpoint waits for all answers and takes no rows meanwhile, so that the bound would not be met.
_NO_CHECKPOINTS = "14 min"


@dataclass
class Staller(Watcher):
    """Stops the server once rows are on their way, and lets it go on some seconds later."""

    server: psutil.Process = field(default_factory=psutil.Process)
    stall_seconds: float = 0.0
    stopped_at: float | None = None
    continued_at: float | None = None

    def seen(self, look: Look) -> None:
        """Stop it, or let it go on."""
        now = time.monotonic()
        if self.stopped_at is None and look.sent >= _RATE:
            self.collect_garbage()
            self.server.suspend()
            self.stopped_at = time.monotonic()
        elif self._stalled_for(now) >= self.stall_seconds:
            self.collect_garbage()
            self.server.resume()
            self.continued_at = time.monotonic()

    def _stalled_for(self, now: float) -> float:
        return now - self.stopped_at if self.stopped_at and self.continued_at is None else -1.0


@dataclass(frozen=True)
class Stall:
    """One run.

    Attributes:
        stall_seconds: for how long the server was stopped.
        peak_buffered: greatest ``bufferedBytes`` of all looks.
        bound: sink.buffer-flush.max-size.
        heap_before: MiB of heap after a collection, just before the stall.
        heap_stalled: the same, at its end.
        pss_before: MiB of memory of the JVM, at its greatest before the stall.
        pss_peak: the same, to the end.
        looks: all of them.
    """

    stall_seconds: float
    peak_buffered: int
    bound: int
    heap_before: int
    heap_stalled: int
    pss_before: float
    pss_peak: float
    looks: Sequence[Look]

    def as_json(self) -> dict[str, object]:
        """Return it as the results file holds it."""
        return asdict(self)


def stalls(place: Place, seconds: float, repeats: int) -> list[Stall]:
    """Stop the server for so many seconds in the middle of a job, and recount.

    Raises:
        WrongResult: the table does not hold what was written.
        RuntimeError: the job ended before the stall did.
    """
    rows = round(_RATE * (seconds + 10) / BLOCK + 1) * BLOCK
    found = []
    for repeat in range(repeats):
        job = Job(UNIFORM, rows, f"stall{repeat}", checkpoints=_NO_CHECKPOINTS, rate=_RATE, text=_TEXT)
        found.append(_stalled(place, job, seconds))
        peak = found[-1].peak_buffered
        print(f"stall, repeat {repeat}: {peak:,} of {BOUND:,} bytes buffered", flush=True)
    return found


def _stalled(place: Place, job: Job, seconds: float) -> Stall:
    server = server_processes(place.servers.root)["cassandra"]
    try:
        watcher = watched(place, job, Staller, _LOOK_SECONDS, server=server, stall_seconds=seconds)
    finally:
        server.resume()
    assert isinstance(watcher, Staller)
    if watcher.stopped_at is None or watcher.continued_at is None:
        raise RuntimeError("the job ended before its server was stopped and let go on")
    heaps = watcher.heaps()
    before = [look for look in watcher.looks if look.sent < _RATE] or watcher.looks[:1]
    return Stall(
        stall_seconds=watcher.continued_at - watcher.stopped_at,
        peak_buffered=max(look.buffered for look in watcher.looks),
        bound=BOUND,
        heap_before=heaps[0],
        heap_stalled=heaps[1],
        pss_before=max(look.pss for look in before) / 2**20,
        pss_peak=max(look.pss for look in watcher.looks) / 2**20,
        looks=watcher.looks,
    )


def show(found: Sequence[Stall]) -> None:
    """Print one line: the spread over the repeats."""
    titles = ("", "MiB")
    rows = [
        ("bound", f"{BOUND / 2**20:.1f}"),
        ("buffered at its peak", spread(one.peak_buffered / 2**20 for one in found).text(2)),
        ("heap after a collection, before", spread(one.heap_before for one in found).text()),
        ("heap after a collection, stalled", spread(one.heap_stalled for one in found).text()),
        ("JVM (PSS), before", spread(one.pss_before for one in found).text()),
        ("JVM (PSS), at its peak", spread(one.pss_peak for one in found).text()),
    ]
    seconds = max((one.stall_seconds for one in found), default=0)
    show_rows(f"server stopped for {seconds:.0f} s, {len(found)} repeats", titles, rows)
