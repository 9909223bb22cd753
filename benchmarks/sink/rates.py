"""Rows per second and per CPU-second, of contenders that take turns."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from benchmarks.commands import Cost
from benchmarks.figures import NOISE, Spread, spread
from benchmarks.results import show_rows, told
from benchmarks.runs import Run
from benchmarks.servers import server_cpu
from benchmarks.sink.contenders import Job, Place, Setting, driver_alone, flink_job
from benchmarks.sink.shapes import PARTITIONS, SHAPES, UNIFORM, Shape
from benchmarks.sink.tables import create, recount

SETTINGS = {
    setting.name: setting
    for setting in (Setting(in_flight, batch) for batch in (1, 50) for in_flight in (128, 256, 512, 1024))
}
"""What the ceiling is looked for among."""
_SOURCE = "the source alone"
# A row of the source costs so little that start-up hides a smaller number of them.
_SOURCE_SCALE = 20
_DEFAULTS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Contender:
    """What is measured.

    Attributes:
        label: of its line in the table.
        shape: of its rows.
        run: runs it on a number of rows, in a keyspace where its table is.
        scale: by how much both sizes are multiplied.
        writes: whether it leaves anything to recount.
    """

    label: str
    shape: Shape
    run: Callable[[Place, int, str], Cost]
    scale: int
    writes: bool = True


@dataclass(frozen=True)
class Rates:
    """What the repeats of one contender say; each repeat by itself, as the difference of two sizes.

    Attributes:
        label: of the contender.
        per_second: further rows per further second, by repeat.
        per_cpu_second: further rows per further CPU-second of the client, by repeat.
        measurable: whether the sizes are great enough to tell.
    """

    label: str
    per_second: dict[int, float]
    per_cpu_second: dict[int, float]
    measurable: bool

    @property
    def median(self) -> float:
        """Return the median of the rows per second."""
        return statistics.median(self.per_second.values())

    def ratio(self, other: Rates) -> Spread:
        """Return its rows per second against another's, repeat by repeat."""
        return spread(
            self.per_second[r] / other.per_second[r] for r in self.per_second if r in other.per_second
        )


def contenders(settings: Sequence[str], shapes: Sequence[str]) -> list[Contender]:
    """Return the driver in each setting, and the sink and its source alone on each shape."""
    found = [_driver(SETTINGS[name]) for name in settings]
    for name in shapes:
        found += [_source(SHAPES[name]), _sink(SHAPES[name])]
    if UNIFORM.name in shapes:
        found.append(_sink(UNIFORM, {"sink.max-in-flight-requests": "1024"}))
    return found


def measure(place: Place, chosen: Sequence[Contender], sizes: tuple[int, int], repeats: int) -> Iterator[Run]:
    """Yield every contender at both sizes, then all again; each run is recounted.

    Raises:
        WrongResult: a table does not hold what was written.
    """
    numbers = itertools.count()
    for repeat in range(repeats):
        for contender in chosen:
            for size in sizes:
                run = _run(place, contender, size * contender.scale, repeat, f"rate{next(numbers)}")
                print(told(run).replace("events", "rows"), flush=True)
                yield run


def rates(runs: Sequence[Run]) -> list[Rates]:
    """Return the rates of all contenders that ran at both sizes."""
    labels = dict.fromkeys(run.label for run in runs)
    found = (_rates(label, [run for run in runs if run.label == label]) for label in labels)
    return [one for one in found if one.per_second]


def ceiling(found: Sequence[Rates], batched: bool = False) -> Rates | None:
    """Return the driver's best setting, without batches or with."""
    names = {_label(setting) for setting in SETTINGS.values() if (setting.batch > 1) == batched}
    return max((one for one in found if one.label in names), key=lambda one: one.median, default=None)


def show(found: Sequence[Rates], title: str) -> None:
    """Print a line a contender, each against the driver's best settings."""
    singles, batches = ceiling(found), ceiling(found, batched=True)
    titles = ("", "rows/s", "rows per client CPU-s", "of the driver's singles", "of its batches")
    show_rows(title, titles, [(one.label, *_texts(one, singles, batches)) for one in found])


def as_json(found: Sequence[Rates]) -> list[dict[str, object]]:
    """Return rates as the results file holds them."""
    return [asdict(one) for one in found]


def _texts(one: Rates, *ceilings: Rates | None) -> tuple[str, ...]:
    if not one.measurable:
        return ("not measurable",) * 2 + ("",) * len(ceilings)
    values = (spread(one.per_second.values()).text(), spread(one.per_cpu_second.values()).text())
    return values + tuple(
        one.ratio(other).text(2) if other and other.measurable and _SOURCE not in one.label else ""
        for other in ceilings
    )


def _rates(label: str, runs: Sequence[Run]) -> Rates:
    sizes = sorted({run.size for run in runs})
    small, large = (
        {run.repeat: run.cost for run in runs if run.size == size} for size in (sizes[0], sizes[-1])
    )
    pairs = {r: (small[r], large[r]) for r in small if r in large} if len(sizes) > 1 else {}
    further = sizes[-1] - sizes[0]
    measurable = all(
        two.cpu_seconds > one.cpu_seconds * (1 + NOISE) and two.wall_seconds > one.wall_seconds * (1 + NOISE)
        for one, two in pairs.values()
    )
    return Rates(
        label,
        {r: _per(further, two.wall_seconds - one.wall_seconds) for r, (one, two) in pairs.items()},
        {r: _per(further, two.cpu_seconds - one.cpu_seconds) for r, (one, two) in pairs.items()},
        measurable,
    )


def _per(rows: int, seconds: float) -> float:
    # Where noise makes it nothing or less, it is not measurable, and is shown as that.
    return rows / seconds if seconds > 0 else 0.0


def _run(place: Place, contender: Contender, size: int, repeat: int, keyspace: str) -> Run:
    if contender.writes:
        create(place.servers, keyspace)
    before = server_cpu(place.servers.root)
    cost = contender.run(place, size, keyspace)
    after = server_cpu(place.servers.root)
    if contender.writes:
        recount(place.servers, keyspace, contender.shape, size)
    return Run(contender.label, size, repeat, cost, {k: after[k] - before[k] for k in before}, None)


def _driver(setting: Setting) -> Contender:
    shape = UNIFORM if setting.batch == 1 else PARTITIONS
    return Contender(
        _label(setting), shape, lambda place, rows, ks: driver_alone(place, setting, rows, ks), shape.scale
    )


def _label(setting: Setting) -> str:
    return f"driver, {setting.name}"


def _source(shape: Shape) -> Contender:
    def run(place: Place, rows: int, name: str) -> Cost:
        return flink_job(place, Job(shape, rows, name, sink=None), place.folder(name))

    return Contender(f"{shape.name}, {_SOURCE}", shape, run, _SOURCE_SCALE, writes=False)


def _sink(shape: Shape, options: Mapping[str, str] = _DEFAULTS) -> Contender:
    def run(place: Place, rows: int, keyspace: str) -> Cost:
        return flink_job(place, Job(shape, rows, keyspace, options), place.folder(keyspace))

    label = ", ".join((f"{shape.name}, sink", *(f"{key} {value}" for key, value in options.items())))
    return Contender(label, shape, run, shape.scale)
