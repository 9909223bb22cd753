"""From a row's acceptance by the sink until Cassandra acknowledged it, at half of the ceiling."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from benchmarks.figures import spread
from benchmarks.results import show_rows
from benchmarks.sink.contenders import Job, Place, flink_job
from benchmarks.sink.shapes import BLOCK, UNIFORM
from benchmarks.sink.tables import create, recount

SHARE = 0.5
INTERVALS = ("1 s", "100 ms", "10 ms")
"""Of the buffer: its default first, since a row waits in it for as long at most."""
_SKIPPED_SECONDS = 15
_TRACKER = {"driver.advanced.request-tracker.classes": "io.tally.benchmarks.Acknowledgements"}


@dataclass(frozen=True)
class Latency:
    """One run.

    Attributes:
        interval: ``sink.buffer-flush.interval``.
        rate: rows a second that came.
        rows: count, p50_ms, p99_ms and max_ms from a row's acceptance to its acknowledgement.
        requests: the same of the driver's requests, from sending to answer.
    """

    interval: str
    rate: float
    rows: Mapping[str, float]
    requests: Mapping[str, float]

    def as_json(self) -> dict[str, object]:
        """Return it as the results file holds it."""
        return asdict(self)


def latencies(place: Place, ceiling: float, seconds: int, repeats: int) -> list[Latency]:
    """Measure each interval in turn, for so many seconds after a warm-up.

    Raises:
        WrongResult: the table does not hold what was written.
    """
    rate = SHARE * ceiling
    rows = round(rate * (_SKIPPED_SECONDS + seconds) / BLOCK + 1) * BLOCK
    found = []
    for repeat in range(repeats):
        for number, interval in enumerate(INTERVALS):
            found.append(_measured(place, interval, rate, rows, f"latency{repeat}x{number}"))
            print(f"latency, interval {interval}, repeat {repeat}: {found[-1].rows}", flush=True)
    return found


def _measured(place: Place, interval: str, rate: float, rows: int, keyspace: str) -> Latency:
    folder = place.folder(keyspace)
    told = folder / "acknowledgements.json"
    jvm = (f"-Dacknowledgements={told}", f"-Dacknowledgements.skip={_SKIPPED_SECONDS}")
    sink = {"sink.buffer-flush.interval": interval, **_TRACKER}
    create(place.servers, keyspace)
    flink_job(place, Job(UNIFORM, rows, keyspace, sink, rate=rate, jvm=jvm), folder)
    recount(place.servers, keyspace, UNIFORM, rows)
    return Latency(interval, rate, **json.loads(told.read_text("utf-8")))


def show(found: Sequence[Latency]) -> None:
    """Print a line an interval."""
    lines = []
    for interval in dict.fromkeys(one.interval for one in found):
        of = [one for one in found if one.interval == interval]
        parts = (one for kind in ("rows", "requests") for one in ((kind, "p50_ms"), (kind, "p99_ms")))
        texts = [spread(getattr(one, kind)[figure] for one in of).text(1) for kind, figure in parts]
        lines.append((interval, *texts))
    titles = ("flush interval", "row p50 ms", "row p99 ms", "request p50 ms", "request p99 ms")
    rate = f"{found[0].rate:,.0f}" if found else ""
    show_rows(f"latency at {rate} rows/s, {SHARE:.0%} of the ceiling", titles, lines)
