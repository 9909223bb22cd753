"""The one place that makes a TableEnvironment, and a thin handle on Flink's parser and planner.

PyFlink's public API parses nothing without executing it, so the handle talks to the Java TableEnvironment behind it:
``getParser().parse`` for operations, ``compilePlan`` for the plan as JSON.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JJavaError
from pyflink.common import Configuration
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.java_gateway import get_gateway
from pyflink.table import EnvironmentSettings, StreamTableEnvironment, Table
from pyflink.util.exceptions import JavaException

from tally.planning import sessions, variances

_ACCOUNT = (
    "what a job counts is true for a checkpoint only if no row is on its way between two operators then"
)
_READ_ONCE = "each record is read, decoded and counted once, whoever reads it"
# What tally relies on, with the reason a SET of it is answered with. Every other table option is the analyst's.
RELIED_ON: Mapping[str, tuple[str, str]] = {
    "table.local-time-zone": ("UTC", "time is UTC throughout; convert in the query with CONVERT_TZ"),
    "table.exec.sink.require-on-conflict": ("false", "tally checks keys itself, from the compiled plan"),
    "table.exec.sink.upsert-materialize": ("NONE", "tally checks keys itself, from the compiled plan"),
    "table.plan.compile.catalog-objects": ("ALL", "the compiled plan is what runs"),
    "table.plan.restore.catalog-objects": ("ALL_ENFORCED", "the compiled plan is what runs"),
    "table.exec.uid.generation": ("PLAN_ONLY", "operator names follow from the compiled plan"),
    "table.exec.uid.format": ("<id>_<transformation>", "operator names follow from the compiled plan"),
    "table.sql-dialect": ("default", "files are written in Flink SQL"),
    "table.dml-sync": ("false", "use `tally run --bounded` to wait for the end"),
    "execution.runtime-mode": ("STREAMING", "use `tally run --bounded` for what the topics hold now"),
    "execution.checkpointing.mode": ("EXACTLY_ONCE", _ACCOUNT),
    "execution.checkpointing.unaligned.enabled": ("false", _ACCOUNT),
    "table.optimizer.reuse-sub-plan-enabled": ("true", _READ_ONCE),
    "table.optimizer.reuse-source-enabled": ("true", _READ_ONCE),
    "python.execution-mode": ("thread", "Python functions run inside the task's process"),
}
RELIED_ON_PREFIXES: Mapping[str, str] = {
    "execution.checkpointing.": "set checkpoint_interval in [tool.tally.flink]",
    "execution.": "tally decides how a job is started",
    "state.": "write it in flink-conf/config.yaml",
    "pipeline.jars": "put the jar where the settings say",
    "rest.": "write it in flink-conf/config.yaml",
    "parallelism.": "set parallelism in [tool.tally.flink]",
    "python.": "write it in flink-conf/config.yaml",
    "table.plan.": "the compiled plan is what runs",
    "table.exec.emit.allow-lateness": "late rows go to the topic of late rows; raise the watermark's delay instead",
    "table.exec.emit.late-fire.": "late rows go to the topic of late rows; raise the watermark's delay instead",
    "table.exec.uid.": "operator names follow from the compiled plan",
}


FUNCTIONS: Mapping[str, str] = {
    sessions.NAME: "io.tally.connectors.sessions.Sessions",
    variances.NAME: "io.tally.connectors.statistics.SquaredDeviations",
}
"""SQL functions that tally brings, and their classes."""


def create_environment(options: Mapping[str, str], jars: Sequence[Path]) -> StreamTableEnvironment:
    """Return a streaming TableEnvironment of its own.

    Args:
        options: Flink options; what tally relies on is added and wins.
        jars: connectors and formats beyond PyFlink's own.
    """
    with _class_loader_kept():
        configuration = _configuration(options, jars)
        settings = EnvironmentSettings.new_instance().in_streaming_mode().with_configuration(configuration)
        streams = StreamExecutionEnvironment.get_execution_environment(configuration)
        environment = StreamTableEnvironment.create(streams, settings.build())
    for name, of in FUNCTIONS.items():
        environment.execute_sql(f"CREATE TEMPORARY SYSTEM FUNCTION `{name}` AS '{of}' LANGUAGE JAVA")
    return environment


@contextmanager
def _class_loader_kept() -> Iterator[None]:
    # PyFlink puts one more around the last for each environment: each class would be looked for in all of them.
    thread = get_gateway().jvm.java.lang.Thread.currentThread()
    before = thread.getContextClassLoader()
    try:
        yield
    finally:
        thread.setContextClassLoader(before)


def _configuration(options: Mapping[str, str], jars: Sequence[Path]) -> Configuration:
    relied_on = {key: value for key, (value, _) in RELIED_ON.items()}
    executables = {"python.executable": sys.executable, "python.client.executable": sys.executable}
    configuration = Configuration.from_dict(executables | dict(options) | relied_on)
    if jars:
        # Only this way they are looked into by what plans, too.
        configuration.set_string("pipeline.jars", ";".join(jar.resolve().as_uri() for jar in jars))
    return configuration


class FlinkPlanner:
    """Flink's parser, catalog and planner, for the statements of one job."""

    def __init__(self, options: Mapping[str, str], jars: Sequence[Path]) -> None:
        self.t_env = create_environment(options, jars)
        self._java = self.t_env._j_tenv

    def parse(self, text: str) -> Any:
        """Return Flink's operation for one statement; raises Py4JJavaError where Flink refuses it."""
        return self._java.getParser().parse(text).get(0)

    def execute(self, operation: Any) -> None:
        """Run a parsed DDL statement."""
        self._java.executeInternal(operation)

    def run(self, text: str) -> None:
        """Parse and run a DDL statement."""
        self.execute(self.parse(text))

    def create_table(
        self,
        operation: Any,
        options: Mapping[str, str],
        name: str | None = None,
        metadata: tuple[str, str, str] | None = None,
    ) -> None:
        """Run a parsed CREATE TABLE with other options.

        Args:
            operation: the parsed statement.
            options: of the table.
            name: of the table; by default the statement's.
            metadata: a column to add, as (name, type, key of the connector's metadata).
        """
        table = operation.getCatalogTable()
        identifier = operation.getTableIdentifier()
        if metadata:
            table = _with_metadata(table, *metadata)
        if name:
            catalog, database = identifier.getCatalogName(), identifier.getDatabaseName()
            identifier = _table_package().catalog.ObjectIdentifier.of(catalog, database, name)
        table = table.copy(java_map(options))
        self._java.getCatalogManager().createTable(table, identifier, False)

    def create_view(self, name: str, table: Table) -> None:
        """Give a Table a name."""
        self.t_env.create_temporary_view(name, table)

    def set_option(self, key: str, value: str) -> None:
        """Set a table option of this job."""
        self.t_env.get_config().set(key, value)

    def aggregate_calls(self, text: str, functions: Collection[str]) -> list[tuple[str, int, int]]:
        """Return the calls of some functions in a statement: type of the first argument, line and column, from 1.

        Args:
            text: of a statement that Flink accepts.
            functions: their names, in upper case.
        """
        planner = self._java.getPlanner().createFlinkPlanner()
        validator = planner.getOrCreateSqlValidator()
        written = [
            _place(call)
            for query in _queries(planner.parser().parse(text))
            for call in _calls(query, functions)
        ]
        typed = [
            (str(validator.getValidatedNodeTypeIfKnown(call.getOperandList().get(0))), _place(call))
            for query in _queries(planner.parser().parse(text))
            for call in _calls(validator.validate(query), functions)
        ]
        # The validator writes the measures of MATCH_RECOGNIZE anew, in their order, without their places.
        left = iter([place for place in written if place not in {known for _, known in typed}])
        return [(type_, *(place if any(place) else next(left, (0, 0)))) for type_, place in typed]

    def compile(self, operations: Sequence[Any]) -> str:
        """Return the compiled plan, as JSON, of modify operations that run as one job."""
        sinks = get_gateway().jvm.java.util.ArrayList()
        for operation in operations:
            sinks.add(operation)
        return str(self._java.compilePlan(sinks).asJsonString())

    def translate(self, plan: str) -> None:
        """Read a compiled plan back and make the graph of it that would run; nothing is started.

        Flink refuses much only here: what it cannot read again, and what no operator can do.
        """
        planner = self._java.getPlanner()
        reference = _table_package().api.PlanReference.fromJsonString(plan)
        planner.translatePlan(planner.loadPlan(reference))


def asking_for(operation: Any, options: Mapping[str, str]) -> Any:
    """Return an INSERT of the same query into a table of other options."""
    table = operation.getContextResolvedTable().copy(java_map(options))
    return get_gateway().jvm.org.apache.flink.table.operations.SinkModifyOperation(
        table,
        operation.getChild(),
        operation.getStaticPartitions(),
        operation.getTargetColumns(),
        operation.isOverwrite(),
        operation.getDynamicOptions(),
    )


def _queries(node: Any) -> Iterator[Any]:
    """Yield the queries of a statement's syntax tree."""
    match node.getClass().getSimpleName():
        case "SqlCreateOrAlterMaterializedTable":
            yield node.getAsQuery()
        case "SqlCreateView" | "SqlCreateViewAs":
            yield node.getQuery()
        case "RichSqlInsert":
            yield node.getSource()
        case "SqlExecute":
            yield from _queries(node.getStatement())
        case "SqlStatementSet":
            for insert in node.getInserts():
                yield from _queries(insert)


def _calls(node: Any, functions: Collection[str]) -> Iterator[Any]:
    """Yield the calls of some functions in a syntax tree."""
    kinds = _kinds(node)
    children = node if "SqlNodeList" in kinds else node.getOperandList() if "SqlCall" in kinds else ()
    if "SqlCall" in kinds and children and str(node.getOperator().getName()).upper() in functions:
        yield node
    for child in children:
        yield from _calls(child, functions)


def _place(node: Any) -> tuple[int, int]:
    """Return line and column of a node, from 1; zeros where it has none."""
    place = node.getParserPosition()
    return int(place.getLineNum()), int(place.getColumnNum())


def _kinds(node: Any) -> set[str]:
    """Return the names of a Java object's class and of those that it extends; none of null."""
    kinds, class_ = set(), None if node is None else node.getClass()
    while class_ is not None:
        kinds.add(str(class_.getSimpleName()))
        class_ = class_.getSuperclass()
    return kinds


def _with_metadata(table: Any, name: str, type_: str, key: str) -> Any:
    """Return a CatalogTable with a virtual metadata column more."""
    schema = _table_package().api.Schema.newBuilder().fromSchema(table.getUnresolvedSchema())
    builder = _table_package().catalog.CatalogTable.newBuilder()
    builder.schema(schema.columnByMetadata(name, type_, key, True).build())
    return builder.comment(table.getComment()).options(table.getOptions()).build()


def _table_package() -> Any:
    return get_gateway().jvm.org.apache.flink.table


def java_map(values: Mapping[str, str]) -> Any:
    """Return a java.util.HashMap."""
    result = get_gateway().jvm.java.util.HashMap()
    for key, value in values.items():
        result.put(key, value)
    return result


def java_causes(error: Exception) -> list[tuple[str, str]]:
    """Return (class name, message) of a Java error and its causes, outermost first; empty for other errors."""
    if isinstance(error, JavaException):
        return [_read_cause(part) for part in re.split(r"^Caused by: ", str(error), flags=re.MULTILINE)]
    cause = error.java_exception if isinstance(error, Py4JJavaError) else None
    found = []
    while cause is not None:
        found.append((str(cause.getClass().getSimpleName()), str(cause.getMessage())))
        cause = cause.getCause()
    return found


def _read_cause(text: str) -> tuple[str, str]:
    # PyFlink turns some Java errors into text before anyone sees them.
    said = re.split(r"\n\s+(?:at |\.\.\. \d+ more)", text, maxsplit=1)[0]
    name, _, message = said.partition(": ")
    return name.rpartition(".")[2], message.strip()
