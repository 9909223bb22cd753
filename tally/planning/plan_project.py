"""The whole project, or some files of it, -> Jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tally.errors import TallyError, raise_all
from tally.planning.job import Job
from tally.planning.places import judge_places
from tally.planning.planner import JobPlanner, plan_sql
from tally.planning.tableapi import plan_module
from tally.project import Project, load_file


def plan_project(
    project: Project, jars: Sequence[Path], options: Mapping[str, str] | None = None
) -> tuple[Job, ...]:
    """Return the Jobs of all files of ``sql/aggregates`` and all modules of ``jobs/``.

    Args:
        project: the project.
        jars: the connectors and formats that its tables need.
        options: Flink options that the plan depends on, from flink-conf/config.yaml.

    Raises:
        ProjectErrors: what is wrong, one mistake a file.
    """
    paths = [file.path for file in project.aggregates] + list(project.jobs)
    return plan_files(project, paths, (jars, options or {}))


def plan_files(
    project: Project, paths: Sequence[Path], base: tuple[Sequence[Path], Mapping[str, str]]
) -> tuple[Job, ...]:
    """Return the Jobs of some files; ``base`` holds jars and Flink options. Raises as ``plan_project``."""
    jobs, mistakes = plan_each(project, paths, base)
    raise_all(mistakes)
    return jobs


def plan_each(
    project: Project, paths: Sequence[Path], base: tuple[Sequence[Path], Mapping[str, str]]
) -> tuple[tuple[Job, ...], tuple[TallyError, ...]]:
    """Return the Jobs of those of some files that nothing is wrong with, and what is wrong with the others."""
    jobs: list[Job] = []
    mistakes: list[TallyError] = []
    for path in paths:
        try:
            jobs.append(plan_file(project, path, base))
        except TallyError as error:
            mistakes.append(error)
    taken = judge_places(jobs)
    # Who claims a place second is refused; who has it is not.
    files = {error.span.file for error in taken if error.span}
    return tuple(job for job in jobs if job.file not in files), (*mistakes, *taken)


def plan_file(project: Project, path: Path, base: tuple[Sequence[Path], Mapping[str, str]]) -> Job:
    """Return the Job of one SQL file or one module; raises the first mistake in it."""
    jars, options = base
    planner = JobPlanner(project, options, jars)
    if path.suffix == ".py":
        return plan_module(project, path.resolve(), planner)
    return plan_sql(load_file(project, path), planner)
