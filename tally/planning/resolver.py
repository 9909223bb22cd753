"""Names -> registered objects, in the order that Flink asks for them.

A statement is parsed at once; where Flink misses a table or a function, the object of that name is defined first and
the statement parsed again. So the order follows from Flink's own scoping rules: a column or a CTE that bears a view's
name is no dependency, and what a job does not read is never registered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from tally.errors import Span
from tally.planning.environment import FlinkPlanner
from tally.planning.errors import (
    IdleBesideClock,
    SqlSyntaxError,
    SqlValidationError,
    UnknownFunction,
    UnknownTable,
    UnsupportedStatement,
    ViewCycle,
)
from tally.planning.gates import TABLE_IDLE_TIMEOUT
from tally.planning.hints import Hints
from tally.planning.job import Function, Source
from tally.planning.routing import (
    LETTER,
    LETTER_METADATA,
    LETTER_TYPE,
    clock_delay,
    create_dead,
    create_view,
    is_routed,
    read_options,
    records_options,
    records_table,
)
from tally.planning.schema import columns_of, watermark_of
from tally.planning.sinks import UNSET, quoted, text
from tally.planning.translate import At, Complaint, complaint
from tally.planning.udfs import check_function
from tally.project import Statement, lex

Result = TypeVar("Result")

# By default Flink reads what a transaction wrote that was aborted afterwards: rows that never were.
_COMMITTED = {"properties.isolation.level": "read_committed"}
# What a table over a topic gets where its file does not say otherwise.
_TABLE_DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "kafka": {
        "properties.bootstrap.servers": UNSET,
        "scan.startup.mode": "earliest-offset",
        **_COMMITTED,
    },
    "upsert-kafka": {"properties.bootstrap.servers": UNSET, **_COMMITTED},
    "cassandra": {"contact-points": UNSET, "keyspace": UNSET},
}


class Resolver:
    """Defines sources, views, functions and aggregates in Flink's catalog as statements need them."""

    def __init__(self, flink: FlinkPlanner, names: Mapping[str, Statement]) -> None:
        self._flink = flink
        self._names = names
        self.written: set[str] = set()
        """Tables that the job's INSERT statements write; they stay what they were declared."""
        self._open: list[str] = []
        self.sources: dict[str, Source] = {}
        self.views: list[str] = []
        self.functions: dict[str, Function] = {}
        self._defined: set[str] = set()

    def parse(self, statement: Statement) -> Any:
        """Return Flink's operation for a statement, with all that it reads defined.

        Raises:
            SqlSyntaxError, SqlValidationError, UnknownTable, UnknownFunction, ViewCycle: with the place in the file.
        """
        return self.advised(
            statement,
            lambda: self.retry(lambda: self._flink.parse(statement.text), statement.at, statement.span),
        )

    def advised(self, statement: Statement, action: Callable[[], Result]) -> Result:
        """Run ``action``, which parses a statement; its mistakes get what to write instead, where that is known."""
        try:
            return action()
        except (SqlSyntaxError, SqlValidationError) as error:
            hints = Hints(
                statement,
                lambda text, place: self._reads_further(statement, text, place),
                lambda: self._columns(statement),
                (name for name, one in self._names.items() if _kind(one) != "function"),
            )
            advice = error.advice or hints.of(error)
            place = hints.place(error) or error.span
            if (advice, place) == (error.advice, error.span):
                raise
            raise replace(error, advice=advice, span=place) from error

    def _reads_further(self, statement: Statement, text: str, place: Span) -> bool:
        """Tell whether Flink's parser gets behind a place, of a statement that is changed near it."""
        try:
            self._flink.parse(text)
        except Exception as error:
            found = complaint(error, statement.at, statement.span)
            mistake = found.error if found else None
            if isinstance(mistake, SqlSyntaxError):
                return mistake.span is not None and mistake.span > replace(place, column=place.column + 2)
        return True

    def _columns(self, statement: Statement) -> Iterator[str]:
        """Yield the columns of the tables and views that a statement names, as far as they are defined."""
        words = {token.text.strip("`") for token in lex(statement.text)}
        for name in words & self._defined:
            if _kind(self._names[name]) != "function":
                schema = self._flink.t_env.from_path(quoted(name))._j_table.getResolvedSchema()
                yield from (column.name for column in columns_of(schema))

    def retry(self, action: Callable[[], Result], at: At, span: Span) -> Result:
        """Run ``action`` until nothing is missing; errors of Flink become errors of tally."""
        while True:
            try:
                return action()
            except Exception as error:
                found = complaint(error, at, span)
                if found is None:
                    raise
                self._mend(found, error)

    def _mend(self, found: Complaint, cause: Exception) -> None:
        if found.missing_table:
            self._mend_table(found.missing_table.rpartition(".")[2].strip("`"), found, cause)
        elif found.missing_function:
            self._mend_function(found.missing_function, found, cause)
        else:
            raise found.error from cause

    def _mend_table(self, name: str, found: Complaint, cause: Exception) -> None:
        tables = {key for key, statement in self._names.items() if _kind(statement) != "function"}
        if name not in tables:
            raise UnknownTable(name, tuple(sorted(tables)), found.error.span) from cause
        if name in self._defined:
            raise found.error from cause
        self.define(name)

    def _mend_function(self, signature: str, found: Complaint, cause: Exception) -> None:
        # Flink takes the name of a function in any case.
        functions = {
            key.lower(): key for key, statement in self._names.items() if _kind(statement) == "function"
        }
        name = functions.get(signature.partition("(")[0].lower())
        if name is None or name in self._defined:
            raise UnknownFunction(signature, tuple(sorted(functions.values())), found.error.span) from cause
        self.define(name)

    def define(self, name: str) -> None:
        """Register one object, and before it whatever it reads; nothing where it is registered already.

        Raises:
            ViewCycle: it reads itself.
        """
        statement = self._names[name]
        if name in self._open:
            around = (*self._open[self._open.index(name) :], name)
            raise ViewCycle(around, _place(self._names[around[0]]))
        if name in self._defined:
            return
        self._open.append(name)
        operation = self.parse(statement)
        self.retry(lambda: self._register(name, statement, operation), statement.at, _place(statement))
        self._open.pop()
        self._defined.add(name)

    def _register(self, name: str, statement: Statement, operation: Any) -> None:
        match operation.getClass().getSimpleName():
            case "CreateTableOperation":
                self._register_table(name, statement, operation)
            case "CreateMaterializedTableOperation":
                self._register_aggregate(name, operation)
            case "CreateCatalogFunctionOperation" | "CreateTempSystemFunctionOperation":
                self._register_function(name, statement, operation)
            case "CreateViewOperation":
                self._flink.execute(operation)
                self.views.append(name)
            case _:
                raise UnsupportedStatement(_what(statement), statement.span)

    def _register_table(self, name: str, statement: Statement, operation: Any) -> None:
        table = operation.getCatalogTable()
        written = dict(table.getOptions())
        options = {**_TABLE_DEFAULTS.get(written.get("connector", ""), {}), **written}
        schema = table.getResolvedSchema()
        columns, watermark = columns_of(schema), watermark_of(schema)
        routed = name not in self.written and is_routed(options)
        has_clock = routed or options.get("connector") == "upsert-kafka"
        goes_on = clock_delay(options) if has_clock and watermark else ""
        if goes_on and TABLE_IDLE_TIMEOUT in options:
            raise IdleBesideClock(name, TABLE_IDLE_TIMEOUT, _place(statement))
        if routed:
            self._register_records(name, operation, options)
            self._flink.run(create_view(name, [column.name for column in columns]))
            self._flink.run(create_dead(name, options))
        else:
            self._flink.create_table(operation, options if name in self.written else read_options(options))
        self.sources[name] = Source(
            name=name,
            topic=written.get("topic", ""),
            columns=columns,
            span=_place(statement),
            watermark=watermark,
            is_routed=routed,
            clock_delay=goes_on,
        )

    def _register_records(self, name: str, operation: Any, options: Mapping[str, str]) -> None:
        letter = (LETTER, LETTER_TYPE, LETTER_METADATA)
        options = records_options(name, options)
        self._flink.create_table(operation, options, name=records_table(name), metadata=letter)

    def _register_aggregate(self, name: str, operation: Any) -> None:
        table = operation.getCatalogMaterializedTable()
        columns = ", ".join(quoted(column.name) for column in columns_of(table.getResolvedSchema()))
        self._flink.run(f"CREATE TEMPORARY VIEW {quoted(name)} ({columns}) AS {table.getExpandedQuery()}")
        self.views.append(name)

    def _register_function(self, name: str, statement: Statement, operation: Any) -> None:
        if operation.getClass().getSimpleName() == "CreateTempSystemFunctionOperation":
            raise SqlValidationError(
                f"function '{name}' is TEMPORARY SYSTEM", statement.span, "write CREATE FUNCTION"
            )
        function = operation.getCatalogFunction()
        path = str(function.getClassName())
        language = str(function.getFunctionLanguage())
        if language == "PYTHON":
            check_function(name, path, statement.span)
        # Temporary, since only then the compiled plan holds its name and not its Java object.
        create = f"CREATE TEMPORARY FUNCTION {quoted(name)} AS {text(path)} LANGUAGE {language}"
        self._flink.run(create)
        self.functions[name] = Function(name, path, create)


def _place(statement: Statement) -> Span:
    return statement.creates.span if statement.creates else statement.span


def _what(statement: Statement) -> str:
    kind = _kind(statement).upper()
    return f"CREATE {kind} AS SELECT" if kind == "TABLE" else f"CREATE {kind}"


def _kind(statement: Statement) -> str:
    return statement.creates.kind if statement.creates else ""
