"""The topics of the source that a command names, resolved only where they are not known from before."""

from __future__ import annotations

from pathlib import Path

import click

from tally.planning.job import Source
from tally.project import load_project
from tally.serving.dead_errors import UnknownSource
from tally.serving.source_topics import late_topic_of, topics_of


def source_topics(root: Path, name: str) -> tuple[str, ...]:
    """Return the topics that the project's source of this name reads.

    Raises:
        UnknownSource: there is none.
        SourceWithoutTopic: it names no topic.
        TallyError: the project changed since it was resolved, and resolving it again failed.
    """
    _require(root, name)
    return topics_of(root, name, lambda: _resolve(name))


def late_topic(root: Path, name: str) -> str:
    """Return the topic of the late rows of the project's source of this name.

    Raises:
        UnknownSource: there is none.
        SourceWithoutLateRows: it has no such topic.
        TallyError: the project changed since it was resolved, and resolving it again failed.
    """
    _require(root, name)
    return late_topic_of(root, name, lambda: _resolve(name))


def _require(root: Path, name: str) -> None:
    names = load_project(root).source_names
    if name not in names:
        raise UnknownSource(name, names)


def _resolve(name: str) -> Source:
    # Flink's parser starts a JVM, which takes seconds: most calls find the topics kept.
    from tally.cli.planned import open_project  # noqa: PLC0415

    click.echo("reading the source: it is new, or the project changed", err=True)
    opened = open_project()
    # It loads PyFlink, so it comes after the JVM is set up.
    from tally.planning.sources import plan_source  # noqa: PLC0415

    return plan_source(opened.project, name, opened.options)
