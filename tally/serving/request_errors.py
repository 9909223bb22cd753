"""What can be wrong with a request for served rows."""

from __future__ import annotations

from dataclasses import dataclass

from tally.errors import ProjectError, nearest_hint


@dataclass(eq=False)
class NotInCassandra(ProjectError):
    """The aggregate is served elsewhere only."""

    aggregate: str
    sinks: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name the aggregate and where it is served."""
        where = ", ".join(self.sinks) or "nowhere"
        return f"aggregate '{self.aggregate}' is not served from Cassandra, but from {where}"

    @property
    def hint(self) -> str:
        """Give the option that serves it."""
        return "add cassandra to its option: 'sinks' = 'cassandra, kafka'"


@dataclass(eq=False)
class UnknownColumn(ProjectError):
    """A filter on a column that the aggregate does not have."""

    aggregate: str
    column: str
    legal: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name aggregate and column."""
        return f"aggregate '{self.aggregate}' has no column '{self.column}'"

    @property
    def hint(self) -> str:
        """Give the nearest key column, or all."""
        return nearest_hint(self.column, self.legal)


@dataclass(eq=False)
class NotAKeyColumn(ProjectError):
    """A filter on a column outside the key."""

    aggregate: str
    column: str
    key: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name aggregate and column."""
        return f"column '{self.column}' is not in the key of aggregate '{self.aggregate}'"

    @property
    def hint(self) -> str:
        """Give the key columns."""
        return f"give values of key columns only: {', '.join(self.key)}"


@dataclass(eq=False)
class WrongFilter(ProjectError):
    """A filter that is not written key=value, or a column given twice."""

    text: str
    reason: str

    @property
    def message(self) -> str:
        """Quote the filter and say what is wrong."""
        return f"'{self.text}' {self.reason}"

    @property
    def hint(self) -> str:
        """Show the form."""
        return "write each filter once, as column=value"


@dataclass(eq=False)
class UnparsableValue(ProjectError):
    """A value that is none of its type.

    Attributes:
        subject: what the value is for: ``column 'rank'`` or ``--since``.
        expected: the values that are legal, with an example.
    """

    subject: str
    value: str
    expected: str

    @property
    def message(self) -> str:
        """Name the subject and quote the value."""
        return f"{self.subject}: cannot read '{self.value}'"

    @property
    def hint(self) -> str:
        """Say what is expected."""
        return f"expected {self.expected}"


@dataclass(eq=False)
class NoTimeKey(ProjectError):
    """A span of time asked of an aggregate whose key has no time."""

    aggregate: str
    option: str
    key: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name aggregate and option."""
        return f"{self.option}: the key of aggregate '{self.aggregate}' has no time column"

    @property
    def hint(self) -> str:
        """Give the key columns."""
        return f"give values of its key columns instead: {', '.join(self.key)}"


@dataclass(eq=False)
class LastWithSpan(ProjectError):
    """Two ways to give a span of time at once."""

    option: str

    @property
    def message(self) -> str:
        """Name both options."""
        return f"--last and {self.option} exclude each other"

    @property
    def hint(self) -> str:
        """Say what each means."""
        return "--last counts back from the newest row; --since and --until give moments"


@dataclass(eq=False)
class EmptySpan(ProjectError):
    """A span of time that ends before it begins."""

    since: str
    until: str

    @property
    def message(self) -> str:
        """Quote both ends."""
        return f"--since {self.since} is not before --until {self.until}"

    @property
    def hint(self) -> str:
        """Say what each means."""
        return "rows from --since on are read, up to but not at --until"
