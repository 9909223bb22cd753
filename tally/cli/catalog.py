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
    return find_aggregate(root, name, lambda: _plan(root))


def _plan(root: Path) -> tuple[Aggregate, ...]:
    # Planning starts a JVM, which takes seconds: most calls find the catalog up to date.
    from tally.flink_conf import read_flink_conf  # noqa: PLC0415
    from tally.planning.plan_project import plan_project  # noqa: PLC0415
    from tally.project import load_project  # noqa: PLC0415
    from tally.stack.bundled import flink_conf  # noqa: PLC0415
    from tally.stack.jars import flink_jars  # noqa: PLC0415

    click.echo("the project changed since it was planned: planning it again", err=True)
    jobs = plan_project(load_project(root), flink_jars(), read_flink_conf(flink_conf(root)))
    return tuple(aggregate for job in jobs for aggregate in job.aggregates)
