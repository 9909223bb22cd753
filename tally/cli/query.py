"""``tally query``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from tally.cli.context import debug_option, project
from tally.cli.provisional import Provisional, require_served
from tally.cli.registry import registry
from tally.serving.requests import RequestText, parse_request
from tally.serving.values import rows_to_json, show
from tally.settings import project_name
from tally.stack import addresses

if TYPE_CHECKING:
    from rich.table import Table

    from tally.planning.job import Aggregate
    from tally.serving.reading import ReadResult

ROWS_ON_SCREEN = 100
_NUMBERS = ("TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL")


@click.command(name="query")
@click.argument("name", metavar="AGGREGATE")
@click.argument("filters", metavar="[KEY=VALUE]...", nargs=-1)
@click.option("--last", metavar="DURATION", help="Rows of the last 2h, 90min or 7d before the newest row.")
@click.option("--since", metavar="TIME", help="Rows from this time on, in ISO 8601, UTC.")
@click.option("--until", metavar="TIME", help="Rows before this time, in ISO 8601, UTC.")
@click.option(
    "--limit", type=click.IntRange(min=1), help=f"Most rows.  [default: {ROWS_ON_SCREEN}; all with --json]"
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a row.")
@debug_option
def command(name: str, filters: tuple[str, ...], as_json: bool, **written: Any) -> None:
    r"""Read what an aggregate serves from Cassandra, newest rows first.

    What is served is read from the registry, not from the project's files: an edit that has not run changes nothing.
    Windows that a bounded run closed before their time are provisional; --json gives their rows "_final_until".

    Give a value for each column of the partition key to read one partition. Without, the whole table is read,
    which is said.

    \b
    Example:
      tally query active_users
      tally query airport_hours airport=JFK --last 2h
      tally query airport_hours airport=JFK --since 2013-07-01 --until 2013-07-02 --json
    """
    root, settings = project()
    entry = registry(root, settings).read().known(project_name(root), name)
    aggregate = entry.aggregate
    require_served(entry)
    if written["limit"] is None and not as_json:
        written["limit"] = ROWS_ON_SCREEN
    request = parse_request(aggregate, RequestText(filters, **written))
    # Loading the driver takes longer than showing the help.
    from tally.serving.cassandra import connect  # noqa: PLC0415
    from tally.serving.reading import read  # noqa: PLC0415

    with connect(addresses(root, settings).cassandra, settings.cassandra) as session:
        result = read(session, aggregate, request, str(entry.keyspace))
    provisional = Provisional.of(entry)
    if as_json:
        click.echo(
            rows_to_json([column.name for column in result.columns], result.rows, provisional.marks(result))
        )
    else:
        print_rows(result)
    for note in (*_notes(aggregate, result), *provisional.notes(result)):
        click.echo(note, err=True)


def print_rows(result: ReadResult) -> None:
    """Print rows as a table."""
    from rich.console import Console  # noqa: PLC0415

    # On a terminal a wide table is folded to it; into a pipe every row is one line.
    console = Console() if sys.stdout.isatty() else Console(width=10_000)
    console.print(_table(result))


def _table(result: ReadResult) -> Table:
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table()
    for column in result.columns:
        table.add_column(Text(column.name), justify="right" if _is_number(column.type) else "left")
    for row in result.rows:
        table.add_row(*(Text("null" if value is None else show(value)) for value in row))
    return table


def _is_number(flink_type: str) -> bool:
    return flink_type.partition("(")[0] in _NUMBERS


def _notes(aggregate: Aggregate, result: ReadResult) -> Sequence[str]:
    """Return what the rows alone do not tell."""
    sink = aggregate.cassandra
    notes = ["no rows"] if not result.rows else []
    if result.has_more:
        notes.append(f"the first {len(result.rows)} rows; --limit N shows more")
    if result.scan == "table" and sink:
        given = " ".join(f"{name}=..." for name in sink.partition_key)
        notes.append(f"scan: the whole table was read; {given} reads one partition")
    if result.scan == "partition keys":
        notes.append(
            "scan: all partition keys were listed for their time; --since and --until together need no list"
        )
    return notes
