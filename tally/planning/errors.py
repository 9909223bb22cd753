"""What can be wrong with the SQL and the jobs of a project, one class per mistake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tally.errors import ProjectError, Span, nearest, nearest_hint
from tally.planning import sessions
from tally.planning.elsewhere import in_flink


@dataclass(eq=False)
class SqlSyntaxError(ProjectError):
    """Flink's parser does not accept the statement."""

    reason: str
    span: Span | None
    expecting: tuple[str, ...] = ()
    advice: str | None = None

    @property
    def message(self) -> str:
        """Give Flink's reason."""
        return f"SQL syntax error: {self.reason}"

    @property
    def hint(self) -> str | None:
        """Give advice, or what Flink would have taken there, where that is a short list."""
        # <IDENTIFIER> and its like are names.
        others = (
            word if word == "<EOF>" else "a name" if word[0] == "<" else word for word in self.expecting
        )
        words = tuple(dict.fromkeys(others))
        expected = f"expected one of: {', '.join(words)}" if 0 < len(words) <= 12 else None
        return self.advice or expected


@dataclass(eq=False)
class SqlValidationError(ProjectError):
    """The statement parses, but Flink's validator refuses it."""

    reason: str
    span: Span | None
    advice: str | None = None

    @property
    def message(self) -> str:
        """Give Flink's reason."""
        return self.reason

    @property
    def hint(self) -> str | None:
        """Give advice, where the reason is one that has some."""
        return self.advice


@dataclass(eq=False)
class UnknownTable(ProjectError):
    """A statement reads a table, view or aggregate that the project does not have."""

    name: str
    legal: tuple[str, ...]
    span: Span | None

    @property
    def message(self) -> str:
        """Name the object."""
        return f"unknown source, view or aggregate '{self.name}'"

    @property
    def hint(self) -> str:
        """Suggest a near miss, or say where to declare it."""
        near = nearest(self.name, self.legal)
        return f"did you mean '{near}'?" if near else f"declare it in sql/sources/{self.name}.sql"


@dataclass(eq=False)
class UnknownFunction(ProjectError):
    """A statement calls a function that neither Flink nor the project has, or with other arguments."""

    signature: str
    legal: tuple[str, ...]
    span: Span | None

    @property
    def message(self) -> str:
        """Name the function with the argument types of the call."""
        return f"no function takes {self.signature}"

    @property
    def hint(self) -> str:
        """Suggest a near miss, or say where to declare it."""
        name = self.signature.partition("(")[0]
        if name.lower() == sessions.NAME:
            return f"write {sessions.USAGE}"
        if instead := in_flink(name):
            return instead
        near = nearest(name, self.legal)
        if near and near != name:
            return f"did you mean '{near}'?"
        return f"check the types of the arguments, or declare it in sql/functions/{name}.sql"


@dataclass(eq=False)
class ViewCycle(ProjectError):
    """Views or aggregates that read each other."""

    names: tuple[str, ...]
    span: Span | None

    @property
    def message(self) -> str:
        """Show the way round."""
        return f"'{self.names[0]}' reads itself: {' -> '.join(self.names)}"

    @property
    def hint(self) -> str:
        """Say what to do."""
        return f"let one of {', '.join(dict.fromkeys(self.names))} read a source instead"


@dataclass(eq=False)
class NullableKey(ProjectError):
    """A primary key column of an aggregate can be NULL."""

    aggregate: str
    column: str
    type: str
    origin: str | None
    span: Span | None

    @property
    def message(self) -> str:
        """Name the aggregate and the column."""
        return f"key column '{self.column}' of '{self.aggregate}' can be NULL"

    @property
    def hint(self) -> str:
        """Name the source column to declare NOT NULL, where the column comes from one."""
        value = _value_of(self.type)
        if value is None:
            return f"declare {self.origin or 'the column that it comes from'} NOT NULL"
        instead = f"group by COALESCE({self.column}, {value}) and select that AS {self.column}"
        return f"declare {self.origin} NOT NULL, or {instead}" if self.origin else instead


# What can be put in the place of NULL: a value of each type of key columns, never NULL itself.
_VALUES = (
    (("STRING", "VARCHAR", "CHAR"), "'...'"),
    (("TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL"), "0"),
    (("BOOLEAN",), "FALSE"),
    (("TIMESTAMP_LTZ",), "CAST(TIMESTAMP '1970-01-01 00:00:00' AS TIMESTAMP_LTZ(3))"),
    (("TIMESTAMP",), "TIMESTAMP '1970-01-01 00:00:00'"),
    (("DATE",), "DATE '1970-01-01'"),
    (("TIME",), "TIME '00:00:00'"),
    (("BYTES", "VARBINARY", "BINARY"), "x'00'"),
)


def _value_of(type_: str) -> str | None:
    return next((value for names, value in _VALUES if type_.startswith(names)), None)


@dataclass(eq=False)
class MissingKey(ProjectError):
    """An aggregate without a primary key."""

    aggregate: str
    keys: tuple[tuple[str, ...], ...]
    span: Span | None

    @property
    def message(self) -> str:
        """Name the aggregate."""
        return f"aggregate '{self.aggregate}' has no primary key"

    @property
    def hint(self) -> str:
        """Give the keys that would do."""
        return _keys_hint(self.keys)


@dataclass(eq=False)
class KeyNotUnique(ProjectError):
    """The primary key of an aggregate is not a unique key of its result."""

    aggregate: str
    key: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    span: Span | None

    @property
    def message(self) -> str:
        """Name the aggregate and its key."""
        return f"key ({', '.join(self.key)}) is not a unique key of the result of '{self.aggregate}'"

    @property
    def hint(self) -> str:
        """Give the keys that would do."""
        return _keys_hint(self.keys)


@dataclass(eq=False)
class KeyOvertaken(ProjectError):
    """A key of the result whose rows change, and are sent by other columns before the result is made.

    Two versions of a row then come on two ways. Where the newer one comes first, the deletion of the older one
    removes it.

    Attributes:
        aggregate: the aggregate, or table.
        key: unique in its result.
        sent_by: columns that rows are joined, grouped or ranked by.
        columns: of the result, and the one to order by.
    """

    aggregate: str
    key: tuple[str, ...]
    sent_by: tuple[str, ...]
    columns: tuple[Sequence[str], str]
    span: Span | None

    @property
    def message(self) -> str:
        """Name the key, and what makes it useless."""
        sent = f"rows that change are joined by {', '.join(self.sent_by)}" if self.sent_by else "rows change"
        return (
            f"key ({', '.join(self.key)}) of '{self.aggregate}' is unique, but {sent}, which is not their key: "
            "a new version of a row may come before the deletion of the old one, which would remove it"
        )

    @property
    def hint(self) -> str:
        """Show what puts the versions in order."""
        names, order = self.columns
        return (
            f"keep one row a key: SELECT {', '.join(names)} FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY "
            f"{', '.join(self.key)} ORDER BY {order}) AS place FROM (the query)) WHERE place = 1"
        )


def _keys_hint(keys: tuple[tuple[str, ...], ...]) -> str:
    if not keys:
        return (
            "the result has no unique key: select the grouping columns (and window_end), "
            "or keep one row a key with ROW_NUMBER() OVER (PARTITION BY ...) = 1"
        )
    if keys[0] == ():
        return (
            "the result is one row: select 'all' AS segment too, and write PRIMARY KEY (segment) NOT ENFORCED"
        )
    written = " or ".join(f"PRIMARY KEY ({', '.join(key)}) NOT ENFORCED" for key in keys)
    return f"write {written}"


@dataclass(eq=False)
class NarrowArithmetic(ProjectError):
    """A sum or a mean of integers whose type is too narrow for its result.

    Attributes:
        complaint: what is wrong, with the call.
        instead: the call with its argument cast.
        accepts: the option that accepts it, as it is written; empty where there is none.
    """

    complaint: str
    instead: str
    accepts: str
    span: Span | None

    @property
    def message(self) -> str:
        """Say what is wrong."""
        return self.complaint

    @property
    def hint(self) -> str:
        """Give the cast to write."""
        accepted = f", or accept Flink's arithmetic with {self.accepts}" if self.accepts else ""
        return f"write {self.instead}{accepted}"


@dataclass(eq=False)
class UnknownOption(ProjectError):
    """An option of an aggregate that does not exist."""

    aggregate: str
    option: str
    legal: tuple[str, ...]
    span: Span | None

    @property
    def message(self) -> str:
        """Name the aggregate and the option."""
        return f"unknown option '{self.option}' of aggregate '{self.aggregate}'"

    @property
    def hint(self) -> str:
        """Give the nearest legal option."""
        return nearest_hint(self.option, self.legal)


@dataclass(eq=False)
class WrongOption(ProjectError):
    """An option of an aggregate whose value cannot be used."""

    aggregate: str
    option: str
    value: str
    expected: str
    span: Span | None

    @property
    def message(self) -> str:
        """Name the aggregate, the option and the value."""
        return f"option '{self.option}' of aggregate '{self.aggregate}' cannot be '{self.value}'"

    @property
    def hint(self) -> str:
        """Say what it takes."""
        return f"write {self.expected}"


@dataclass(eq=False)
class UnknownSink(ProjectError):
    """A sink that tally does not have."""

    aggregate: str
    sink: str
    legal: tuple[str, ...]
    span: Span | None

    @property
    def message(self) -> str:
        """Name the aggregate and the sink."""
        return f"unknown sink '{self.sink}' of aggregate '{self.aggregate}'"

    @property
    def hint(self) -> str:
        """Give the nearest legal sink."""
        return nearest_hint(self.sink, self.legal)


@dataclass(eq=False)
class RefusedSet(ProjectError):
    """A SET of an option that tally relies on."""

    option: str
    reason: str
    span: Span | None

    @property
    def message(self) -> str:
        """Name the option."""
        return f"SET of '{self.option}' is refused: tally relies on it"

    @property
    def hint(self) -> str:
        """Say what to use instead."""
        return self.reason


@dataclass(eq=False)
class UnsupportedStatement(ProjectError):
    """A statement that is neither an aggregate nor part of one."""

    statement: str
    span: Span | None

    @property
    def message(self) -> str:
        """Name the statement by its first words."""
        return f"{self.statement} is not something a job can run"

    @property
    def hint(self) -> str:
        """List what is."""
        return (
            "a file of sql/aggregates holds CREATE MATERIALIZED TABLE, CREATE TABLE | VIEW | FUNCTION, "
            "INSERT INTO, EXECUTE STATEMENT SET and SET"
        )


@dataclass(eq=False)
class UngatedWindow(ProjectError):
    """A window whose late rows cannot be set aside."""

    window: str
    span: Span | None

    @property
    def message(self) -> str:
        """Name the window and say why."""
        return f"{self.window} cannot be kept right: a row that is late for one window would overwrite its result"

    @property
    def hint(self) -> str:
        """Show the window table function."""
        return (
            "write FROM TABLE(HOP(TABLE events, DESCRIPTOR(event_time), slide, size)) ... "
            "GROUP BY window_start, window_end"
        )


@dataclass(eq=False)
class IdleBesideClock(ProjectError):
    """A source whose time goes on by the clock, and whose partitions are also to count as idle after a while."""

    source: str
    option: str
    span: Span | None

    @property
    def message(self) -> str:
        """Name both, and say what would happen."""
        return (
            f"'{self.option}' is of no use to '{self.source}', whose time goes on by the clock: after a pause in "
            "reading, rows would be late"
        )

    @property
    def hint(self) -> str:
        """Say what to leave out."""
        return "leave it out: an empty partition holds nothing back; or set 'event-time.clock' = 'false' on the source"


@dataclass(eq=False)
class UnjudgedEventTime(ProjectError):
    """A source whose event time Flink computes behind it, where no record can be judged by it any more."""

    source: str
    span: Span | None

    @property
    def message(self) -> str:
        """Name the source and say what would be lost."""
        return (
            f"source '{self.source}' cannot judge its event time, which Flink would compute behind it: "
            "a record without one, or one too far ahead, would be no dead letter"
        )

    @property
    def hint(self) -> str:
        """Say what the event time can be made of."""
        return "compute event time and watermark without Python functions, which are for queries and views"


@dataclass(eq=False)
class WindowOverSeveral(ProjectError):
    """A window function over a UNION that stands in its call, of which Flink reads the first table only."""

    window: str
    span: Span | None

    @property
    def message(self) -> str:
        """Name the window and say what is lost."""
        return f"{self.window} over a UNION in its call would read only the first of the tables"

    @property
    def hint(self) -> str:
        """Show the view."""
        return (
            f"make it a view: CREATE VIEW all_events AS SELECT ... UNION ALL SELECT ...; "
            f"then {self.window}(TABLE all_events, ...)"
        )


@dataclass(eq=False)
class NotAWindow(ProjectError):
    """Rows that are grouped by bounds of a window, of which Flink makes no window.

    Attributes:
        clause: ``GROUP BY`` or ``PARTITION BY``.
        columns: names of the columns that rows are grouped by.
        cause: ``python`` or ``join``: what keeps Flink from it; empty where a bound is missing.
        window: as GROUP BY takes it: ``TUMBLE(event_time, INTERVAL '1' MINUTE)``; empty where it takes none.
    """

    clause: str
    columns: tuple[str, ...]
    cause: str
    window: str
    span: Span | None

    @property
    def message(self) -> str:
        """Say what is grouped by, and what Flink makes of it."""
        written = f"{self.clause} {', '.join(self.columns)}"
        because = {
            "python": " with an aggregate function in Python",
            "join": " behind a join",
        }.get(self.cause, "")
        return (
            f"{written}{because} is no window: its result would never close, and late events would change it"
        )

    @property
    def hint(self) -> str:
        """Show what makes a window of it."""
        if self.cause == "python":
            return self._as_group
        if self.cause == "join":
            return (
                f"aggregate first, in a query of its own: SELECT ... FROM TUMBLE(...) {self._whole}; "
                "then join its result"
            )
        return f"write {self._whole}; a query in between has to select both"

    @property
    def _whole(self) -> str:
        others = set(self.columns) - {"window_start", "window_end", "window_time"}
        return f"{self.clause} {'..., ' if others else ''}window_start, window_end"

    @property
    def _as_group(self) -> str:
        if not self.window:
            return "write GROUP BY ..., TUMBLE(...) or SESSION(...), or call a function of Flink's own"
        kind, _, within = self.window.partition("(")
        return (
            f"leave the window function out: SELECT ..., {kind}_END({within} AS window_end FROM the table itself "
            f"GROUP BY ..., {self.window}"
        )


@dataclass(eq=False)
class EmptyJob(ProjectError):
    """A file that writes nothing."""

    span: Span | None

    @property
    def message(self) -> str:
        """Say so."""
        return "this file holds no aggregate and no INSERT"

    @property
    def hint(self) -> str:
        """Say what to write."""
        if self.span and self.span.file.endswith(".py"):
            return "mark a function that returns a Table with @aggregate(key=(...)) of tally.jobs"
        return "write CREATE MATERIALIZED TABLE name (PRIMARY KEY (...) NOT ENFORCED) AS SELECT ..."


@dataclass(eq=False)
class UdfNotFound(ProjectError):
    """A Python function whose module or attribute is not there."""

    function: str
    path: str
    reason: str
    legal: tuple[str, ...]
    span: Span | None

    @property
    def message(self) -> str:
        """Name the function and where it should be."""
        return f"function '{self.function}': {self.reason}"

    @property
    def hint(self) -> str:
        """Give the nearest name, or say how the path is read."""
        near = nearest(self.path.rpartition(".")[2], self.legal)
        if near:
            return f"did you mean '{self.path.rpartition('.')[0]}.{near}'?"
        return "write AS 'udfs.module.name', where name = udf(...) in udfs/module.py"


@dataclass(eq=False)
class UdfImportFailed(ProjectError):
    """A module of udfs/ that raises when it is imported."""

    function: str
    module: str
    reason: str
    span: Span | None

    @property
    def message(self) -> str:
        """Name the module and what it raised."""
        return f"function '{self.function}': importing '{self.module}' failed: {self.reason}"

    @property
    def hint(self) -> str:
        """Say how to see it."""
        return f"run `python -c 'import {self.module}'` in the project's folder and mend what it shows"


@dataclass(eq=False)
class JobImportFailed(ProjectError):
    """A module of jobs/ that raises when it is imported or called."""

    reason: str
    span: Span | None

    @property
    def message(self) -> str:
        """Give the reason."""
        return f"the job failed while it was planned: {self.reason}"

    @property
    def hint(self) -> str:
        """Say how to see more."""
        return "mend the module; --debug shows the whole trace"


@dataclass(eq=False)
class SharedPlace(ProjectError):
    """Two aggregates that write to one place, one that writes to the topic of a source, or two jobs of a name.

    Attributes:
        kind: ``Cassandra table``, ``topic`` or ``job name``.
        place: its name.
        owner: who claims it second.
        other: who has it, and where that is declared.
    """

    kind: str
    place: str
    owner: str
    other: tuple[str, Span]
    span: Span | None

    @property
    def message(self) -> str:
        """Name the place and both."""
        return f"{self.kind} '{self.place}' of '{self.owner}' belongs to '{self.other[0]}' ({self.other[1]})"

    @property
    def hint(self) -> str:
        """Say how to choose another."""
        option = {"Cassandra table": "'cassandra.table' = '...'", "topic": "'kafka.topic' = '...'"}.get(
            self.kind
        )
        return f"choose another with {option}" if option else "rename one of the files"
