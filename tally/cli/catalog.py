"""The planned aggregate that a command names, planned only where the catalog does not know it."""

from __future__ import annotations

from pathlib import Path

import click

from tally.planning.job import Aggregate
from tally.serving.catalog import find_aggregate


def aggregate_named(root: Path, name: str) -> Aggregate:
    """Return the project's aggregate of this name.

    Raises:
        UnknownAggregate: there is none.
        TallyError: the project changed since it was planned, and planning it again failed.
    """
    return find_aggregate(root, name, _plan)


def _plan() -> tuple[Aggregate, ...]:
    # Planning starts a JVM, which takes seconds: most calls find the catalog up to date.
    from tally.cli.planned import open_project, plan  # noqa: PLC0415

    click.echo("planning the project: it is new, or it changed", err=True)
    return tuple(aggregate for job in plan(open_project(), ()) for aggregate in job.aggregates)
