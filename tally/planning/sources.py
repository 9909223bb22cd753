"""One source of a project, resolved by Flink's parser without planning any job."""

from __future__ import annotations

from collections.abc import Mapping

from tally.planning.job import Source
from tally.planning.planner import JobPlanner
from tally.project import Project


def plan_source(project: Project, name: str, options: Mapping[str, str]) -> Source:
    """Return a source of the project.

    Args:
        project: that has it.
        name: of the source, one of the project's ``source_names``.
        options: Flink options, from flink-conf/config.yaml.

    Raises:
        ProjectError: what is wrong with its statement.
    """
    planner = JobPlanner(project, options, ())
    planner.resolver.define(name)
    return planner.resolver.sources[name]
