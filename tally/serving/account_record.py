"""The record of an account: what a job had counted at a completed checkpoint, or at the end of its run.

Places of the job's plan where rows are counted are named by meters; what must hold between them is ``account_checks``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    # What a later version of a job adds is passed over.
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)


class ReadSource(_Part):
    """A source table that the job reads, and the meter of its records."""

    source: str
    meter: str


class Entering(_Part):
    """A source whose rows enter a place, and on how many ways: two where a UNION ALL reads it twice."""

    source: str
    times: int = Field(ge=1)


class Account(_Part):
    """A place where rows of sources enter an aggregation, a join, a ranking, with the meters on the way.

    Attributes:
        feeds: aggregates, or plain tables, that the place feeds.
        place: the operator's name in Flink's plan.
        sources: whose rows enter.
        filters: whether a condition stands on the way.
        entry: meter ahead of it.
        gate: meter of the gate for late rows; None where there are none.
        door: meter right ahead of the operator; None where the entry is all.
        tap: the operator's own hidden count; None where it does not count by itself.
        closes: whether the tap puts out the count of a window when that closes.
    """

    feeds: tuple[str, ...]
    place: str
    sources: tuple[Entering, ...]
    filters: bool
    entry: str
    gate: str | None
    door: str | None
    tap: str | None
    closes: bool


class Result(_Part):
    """The result of an aggregate: the meter of its rows, and the topic of those that a sink cannot hold."""

    aggregate: str
    meter: str
    topic: str


class Meter(_Part):
    """Counts by name, summed over so many subtasks of those that there are."""

    subtasks: Count
    of: Count
    counts: Mapping[str, Count]


class AccountRecord(_Part):
    """What a job had counted since its state began.

    Attributes:
        job: its name.
        run: Flink's id of the job.
        bounded: whether the run ends at the topics' present end.
        checkpoint: its number; None at the end of a run: everything has been read then.
        time: when it was taken, in epoch milliseconds.
        sources: that the job reads.
        accounts: one for each place.
        results: one for each aggregate; none in records of versions that did not judge rows.
        meters: by name.
    """

    job: str
    run: str
    bounded: bool
    checkpoint: int | None
    time: int
    sources: tuple[ReadSource, ...]
    accounts: tuple[Account, ...]
    results: tuple[Result, ...] = ()
    meters: Mapping[str, Meter]

    @property
    def final(self) -> bool:
        """Whether the run has ended."""
        return self.checkpoint is None

    @model_validator(mode="after")
    def _each_source_once(self) -> AccountRecord:
        names = [one.source for one in self.sources]
        if len(set(names)) < len(names):
            raise ValueError("a source is listed twice")
        return self
