"""The cases of ``python -m benchmarks cassandra``, on one server, in one run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.results import save
from benchmarks.runs import Run
from benchmarks.servers import running, scratch
from benchmarks.sink import latency, rates, soak, stall
from benchmarks.sink.contenders import Place
from benchmarks.sink.java import compiled
from benchmarks.sink.shapes import SHAPES

CEILING, LATENCY, STALL, SOAK = "ceiling", "latency", "stall", "soak"
CASES = (CEILING, *SHAPES, LATENCY, STALL, SOAK)
SETTINGS = tuple(rates.SETTINGS)
STALL_SECONDS = 20.0


@dataclass(frozen=True)
class Plan:
    """What is measured.

    Attributes:
        cases: some of ``CASES``.
        settings: of the driver alone, some of ``SETTINGS``.
        sizes: two numbers of rows.
        repeats: of everything but the soak.
        seconds: of the soak.
        latency_seconds: of one run for latencies, after its warm-up.
        ceiling: rows a second; None: the best that the case ``ceiling`` finds.
    """

    cases: Sequence[str]
    settings: Sequence[str]
    sizes: tuple[int, int]
    repeats: int
    seconds: int
    latency_seconds: int
    ceiling: float | None


@dataclass
class _Found:
    runs: list[Run] = field(default_factory=list)
    latencies: list[latency.Latency] = field(default_factory=list)
    stalls: list[stall.Stall] = field(default_factory=list)
    soak: soak.Soak | None = None


def cassandra(plan: Plan, out: Path) -> None:
    """Measure, print tables and write the JSON; Ctrl-C keeps what was measured so far.

    Raises:
        WrongResult: a table does not hold what was written; what was measured before is kept.
    """
    found = _Found()
    try:
        with _place() as place:
            _measure(plan, place, found)
    except KeyboardInterrupt:
        print("stopped; what was measured so far:")
    finally:
        _conclude(plan, found, out)


@contextmanager
def _place() -> Iterator[Place]:
    with scratch() as folder:
        classes = compiled(folder)
        with running("cassandra") as servers:
            yield Place(servers, classes)


def _measure(plan: Plan, place: Place, found: _Found) -> None:
    settings = plan.settings if CEILING in plan.cases else ()
    shapes = [case for case in plan.cases if case in SHAPES]
    for run in rates.measure(place, rates.contenders(settings, shapes), plan.sizes, plan.repeats):
        found.runs.append(run)
    if STALL in plan.cases:
        found.stalls += stall.stalls(place, STALL_SECONDS, plan.repeats)
    if LATENCY in plan.cases:
        found.latencies += latency.latencies(place, _ceiling(plan, found), plan.latency_seconds, plan.repeats)
    if SOAK in plan.cases:
        found.soak = soak.soak(place, _ceiling(plan, found), plan.seconds)


def _ceiling(plan: Plan, found: _Found) -> float:
    best = rates.ceiling(rates.rates(found.runs))
    if plan.ceiling is not None:
        return plan.ceiling
    if best is None or not best.measurable:
        raise RuntimeError("the ceiling is not measurable at these sizes: take greater ones")
    return best.median


def _conclude(plan: Plan, found: _Found, out: Path) -> None:
    rated = rates.rates(found.runs)
    document = {
        "sizes": plan.sizes,
        "rates": rates.as_json(rated),
        "runs": [run.as_json() for run in found.runs],
        "latencies": [one.as_json() for one in found.latencies],
        "stalls": [one.as_json() for one in found.stalls],
        "soak": found.soak and found.soak.as_json(),
    }
    save(out, "cassandra", document)
    if rated:
        rates.show(rated, f"{plan.sizes[0]:,} and {plan.sizes[1]:,} rows, {plan.repeats} repeats")
    if found.latencies:
        latency.show(found.latencies)
    if found.stalls:
        stall.show(found.stalls)
    if found.soak:
        soak.show(found.soak)
