"""What can be wrong with a recount, beside the results."""

from __future__ import annotations

from dataclasses import dataclass

from tally.errors import ProjectError, TallyError


@dataclass(eq=False)
class NoRecount(ProjectError):
    """The recount knows the shipped aggregates and topics, and no others."""

    kind: str
    name: str
    legal: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name what there is no recount of."""
        return f"there is no recount of {self.kind} '{self.name}'"

    @property
    def hint(self) -> str:
        """Give what there is."""
        return f"there is one of: {', '.join(self.legal)}"


@dataclass(eq=False)
class UnreadableEvent(TallyError):
    """DuckDB does not take the bytes of a source topic for events."""

    topic: str
    reason: str

    @property
    def message(self) -> str:
        """Name the topic, with DuckDB's words."""
        return f"topic '{self.topic}' holds a record that is no event: {self.reason}"


@dataclass(eq=False)
class UnreadableResult(TallyError):
    """A record of a result topic that is no row of its aggregate."""

    topic: str
    partition: int
    offset: int
    reason: str

    @property
    def message(self) -> str:
        """Name the record."""
        return f"topic '{self.topic}', partition {self.partition}, offset {self.offset}: {self.reason}"


@dataclass(eq=False)
class ColumnsDiffer(TallyError):
    """The recount computes other columns than the aggregate has."""

    expected: tuple[str, ...]
    actual: tuple[str, ...]

    @property
    def message(self) -> str:
        """Give both lists of columns."""
        return f"the recount has columns {', '.join(self.expected)}, the result {', '.join(self.actual)}"
