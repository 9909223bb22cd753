"""Declare an aggregate with the Table API, in a module of ``jobs/``.

Example::

    @aggregate(key=("airport",), sinks=("cassandra", "kafka"), comment="Which airports are busiest?")
    def busiest_airports(t_env: TableEnvironment) -> Table:
        return t_env.from_path("flight_events")...

The function is called when the job is planned. Sources, views and functions of ``sql/`` are there by name. It may
be called more than once, so it does nothing but build the Table. Key, sinks and options mean what they mean in SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

ATTRIBUTE = "__tally_aggregate__"


@dataclass(frozen=True)
class Declaration:
    """What ``@aggregate`` says about a function.

    Attributes:
        name: of the aggregate: the function's name.
        key: primary key columns.
        comment: the question that it answers.
        options: as in the WITH clause of an aggregate, ``sinks`` included.
    """

    name: str
    key: tuple[str, ...]
    comment: str
    options: Mapping[str, str] = field(default_factory=dict)


def aggregate(
    *,
    key: tuple[str, ...] | str,
    sinks: tuple[str, ...] | str = ("cassandra",),
    comment: str = "",
    options: Mapping[str, str] | None = None,
) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Mark a function that builds a Table as an aggregate of its own.

    Args:
        key: primary key columns of the result, each NOT NULL.
        sinks: where it is served.
        comment: the question that it answers.
        options: further options, as in a WITH clause: ``{"kafka.topic": "busiest-airports"}``.
    """

    def mark(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        declared = {"sinks": ", ".join(_names(sinks))} | dict(options or {})
        setattr(function, ATTRIBUTE, Declaration(function.__name__, _names(key), comment, declared))
        return function

    return mark


def _names(given: tuple[str, ...] | str) -> tuple[str, ...]:
    # ("airport") is a string and no tuple: it is meant as one name, not as seven letters.
    return (given,) if isinstance(given, str) else tuple(given)
