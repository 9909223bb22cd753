"""``python -m benchmarks COMMAND``: see ``--help``; without one, all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from benchmarks.decoder import CASES as MESSAGES
from benchmarks.decoder import decoder
from benchmarks.decoding import decoding
from benchmarks.defaults import VARIANTS, defaults
from benchmarks.freshness import freshness
from benchmarks.online import online
from benchmarks.sink.command import CASES as SINK_CASES
from benchmarks.sink.command import CEILING, LATENCY, SETTINGS, SOAK, Plan, cassandra
from benchmarks.sink.shapes import BLOCK
from benchmarks.startup import startup
from benchmarks.throughput import CASES, Load, throughput
from benchmarks.workloads import WORKLOADS

F = TypeVar("F", bound=Callable[..., object])


def _two(_context: click.Context, _option: click.Parameter, text: str) -> tuple[int, int]:
    """Return two different numbers of events, written by comma, the smaller one first."""
    try:
        small, large = sorted(int(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter("write two numbers: 1000000,10000000") from None
    if not 0 < small < large:
        raise click.BadParameter("write two different numbers above 0")
    return small, large


def _sizes(default: str) -> Callable[[F], F]:
    return click.option("--sizes", callback=_two, default=default, show_default=True, metavar="N1,N2")


def _several(flag: str, names: tuple[str, ...]) -> Callable[[F], F]:
    chosen = click.Choice(names)
    return click.option(
        flag, multiple=True, type=chosen, default=names, help="Only this one; may be repeated."
    )


_FOLDER = click.Path(path_type=Path, file_okay=False)
_OUT = click.option("--out", type=_FOLDER, default=Path(".tally/benchmarks"), show_default=True)
_REPEATS = click.option("--repeats", type=click.IntRange(min=1), default=5, show_default=True)


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """Measure tally on this machine. Nothing else should run meanwhile."""
    if context.invoked_subcommand is None:
        for command in (
            _startup,
            _freshness,
            _online,
            _decoder,
            _decoding,
            _defaults,
            _throughput,
            _cassandra,
        ):
            command.main([], standalone_mode=False)


@main.command("throughput")
@_sizes("1000000,10000000")
@_REPEATS
@click.option("--parallelism", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--cut-every", type=click.IntRange(min=0), default=0, help="Cut each so many-th record.")
@_several("--case", tuple(CASES))
@_OUT
def _throughput(repeats: int, case: tuple[str, ...], out: Path, **load: Any) -> None:
    """Records per further CPU-second, through tally and by hand."""
    throughput(case, Load(**load), repeats, out)


@main.command("defaults")
@_sizes("200000,1000000")
@_REPEATS
@_several("--variant", tuple(VARIANTS))
@click.option("--workload", type=click.Choice(tuple(WORKLOADS)), default="totals", show_default=True)
@_OUT
def _defaults(
    sizes: tuple[int, int], repeats: int, variant: tuple[str, ...], workload: str, out: Path
) -> None:
    """What each default brings: one setting changed at a time."""
    defaults(variant, workload, sizes, repeats, out)


@main.command("startup")
@_REPEATS
@click.option("--demo/--no-demo", default=True, help="Measure the demo's memory as well.")
@_OUT
def _startup(repeats: int, demo: bool, out: Path) -> None:
    """From nothing to ready, from command to first row, and the demo's memory."""
    startup(repeats, demo, out)


@main.command("freshness")
@click.option("--bursts", type=click.IntRange(min=1), default=20, show_default=True, help="Of 35 s each.")
@_OUT
def _freshness(bursts: int, out: Path) -> None:
    """From a window's end to its row in Cassandra, in traffic and after silence."""
    freshness(bursts, out)


@main.command("online")
@_sizes("500000,5000000")
@_REPEATS
@_OUT
def _online(sizes: tuple[int, int], repeats: int, out: Path) -> None:
    """Users online, from sessions and from each user's latest event."""
    online(sizes, repeats, out)


@main.command("decoder")
@_REPEATS
@click.option(
    "--seconds", type=click.FloatRange(min=0.1), default=5.0, show_default=True, help="Of each run."
)
@_OUT
def _decoder(repeats: int, seconds: float, out: Path) -> None:
    """Decoding JSON: tally's decoder and Flink's, in one thread."""
    decoder(repeats, seconds, out)


@main.command("decoding")
@_sizes("500000,3000000")
@_REPEATS
@_several("--case", tuple(MESSAGES))
@_OUT
def _decoding(sizes: tuple[int, int], repeats: int, case: tuple[str, ...], out: Path) -> None:
    """Decoding JSON in a whole job, through tally and by hand."""
    decoding(case, sizes, repeats, out)


@main.command("cassandra")
@_sizes("200000,1000000")
@_REPEATS
@_several("--case", SINK_CASES)
@_several("--setting", SETTINGS)
@click.option(
    "--seconds", type=click.IntRange(min=10), default=600, show_default=True, help="Of the case soak."
)
@click.option(
    "--latency-seconds",
    type=click.IntRange(min=1),
    default=60,
    show_default=True,
    help="Of each run of the case latency, after its warm-up.",
)
@click.option(
    "--ceiling",
    type=click.FloatRange(min=0, min_open=True),
    help="Rows a second that latency and soak take their share of; otherwise what the case ceiling finds.",
)
@_OUT
def _cassandra(sizes: tuple[int, int], case: tuple[str, ...], out: Path, **options: Any) -> None:
    """The Cassandra sink: rates beside the driver alone, latency, a stalled server, a long run."""
    if any(size % BLOCK for size in sizes):
        raise click.BadParameter(f"write multiples of {BLOCK}", param_hint="--sizes")
    if {LATENCY, SOAK} & set(case) and CEILING not in case and options["ceiling"] is None:
        raise click.UsageError("latency and soak need a ceiling: add --case ceiling, or --ceiling ROWS")
    settings = options.pop("setting")
    cassandra(Plan(cases=case, settings=settings, sizes=sizes, **options), out)


if __name__ == "__main__":
    main()
