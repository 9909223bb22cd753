"""One file, or one module of ``jobs/``, -> one Job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tally.errors import Span
from tally.planning.drafts import Declared, Draft, draft, missing_key, probe
from tally.planning.environment import RELIED_ON, RELIED_ON_PREFIXES, FlinkPlanner
from tally.planning.errors import (
    EmptyJob,
    KeyNotUnique,
    NullableKey,
    RefusedSet,
    UnsupportedStatement,
)
from tally.planning.job import Job
from tally.planning.keycheck import SinkKeys
from tally.planning.lineage import origin_of
from tally.planning.plan import Plan, normalized
from tally.planning.resolver import Resolver
from tally.planning.schema import columns_of, key_of
from tally.planning.translate import complaint
from tally.planning.udfs import make_importable
from tally.project import Project, SqlFile, Statement, lex


class JobPlanner:
    """Takes in the statements of one job, one after the other, then makes the Job."""

    def __init__(self, project: Project, options: Mapping[str, str], jars: Sequence[Path]) -> None:
        make_importable(project.root)
        self._project = project
        self._base = (options, jars)
        self.flink = FlinkPlanner(options, jars)
        self.names: dict[str, Statement] = dict(project.names)
        self.resolver = Resolver(self.flink, self.names)
        self._operations: list[Any] = []
        self._drafts: list[Draft] = []
        self._options: dict[str, str] = {}

    def add(self, statement: Statement) -> None:
        """Take in one statement of a file.

        Raises:
            ProjectError: what is wrong with it.
        """
        if statement.creates and statement.creates.kind == "materialized table":
            self._add_aggregate(statement)
        elif statement.creates:
            self.resolver.define(statement.creates.name)
        else:
            self._add_plain(statement, self.resolver.parse(statement))

    def _add_plain(self, statement: Statement, operation: Any) -> None:
        match operation.getClass().getSimpleName():
            case "SetOperation":
                self._set(statement, operation)
            case "SinkModifyOperation":
                self._operations.append(operation)
            case "StatementSetOperation":
                self._operations.extend(operation.getOperations())
            case _:
                raise UnsupportedStatement(_first_words(statement.text), statement.span)

    def _set(self, statement: Statement, operation: Any) -> None:
        if not operation.getKey().isPresent():
            raise UnsupportedStatement("SET without a key", statement.span)
        key, value = str(operation.getKey().get()), str(operation.getValue().get())
        reason = RELIED_ON[key][1] if key in RELIED_ON else None
        for prefix, answer in RELIED_ON_PREFIXES.items():
            reason = reason or (answer if key.startswith(prefix) else None)
        if reason:
            raise RefusedSet(key, reason, statement.span)
        self.flink.set_option(key, value)
        self._options[key] = value

    def _add_aggregate(self, statement: Statement) -> None:
        table = self._parse_aggregate(statement).getCatalogMaterializedTable()
        schema = table.getResolvedSchema()
        assert statement.creates
        declared = Declared(
            name=statement.creates.name,
            comment=str(table.getComment() or statement.comment),
            columns=columns_of(schema),
            key=key_of(schema),
            options=dict(table.getOptions()),
            span=statement.creates.span,
        )
        self.resolver.define(declared.name)
        self.add_declared(declared)

    def _parse_aggregate(self, statement: Statement) -> Any:
        def parse() -> Any:
            try:
                return self.flink.parse(statement.text)
            except Exception as error:
                found = complaint(error, statement.at, statement.span)
                if found and found.nullable_key:
                    raise self._nullable_key(statement, found.nullable_key) from error
                raise

        return self.resolver.retry(parse, statement.at, statement.span)

    def _nullable_key(self, statement: Statement, column: str) -> NullableKey:
        assert statement.creates
        origin = origin_of(self.flink.parse(query_of(statement)), column)
        return NullableKey(statement.creates.name, column, origin, statement.creates.span)

    def add_declared(self, declared: Declared) -> None:
        """Take in an aggregate whose result is registered under its name.

        Raises:
            MissingKey: it declares no key.
            UnknownOption, WrongOption, UnknownSink: as their names say.
        """
        if not declared.key:
            create, insert = probe(declared)
            self.flink.run(create)
            raise missing_key(declared, self._compile([self.flink.parse(insert)]))
        drafted = draft(declared)
        for create, insert in drafted.create_sinks():
            self.flink.run(create)
            self._operations.append(self.flink.parse(insert))
        self._drafts.append(drafted)

    def _compile(self, operations: Sequence[Any]) -> Plan:
        return normalized(self.flink.compile(operations))

    def job(self, name: str, file: str) -> Job:
        """Compile what was taken in and return the Job.

        Raises:
            EmptyJob: nothing writes anything.
            KeyNotUnique: a key is no unique key of what is written under it.
        """
        start = Span(file, 1, 1)
        if not self._operations:
            raise EmptyJob(start)
        plan = self.resolver.retry(lambda: self._compile(self._operations), lambda *_: start, start)
        keys = SinkKeys(plan)
        aggregates = tuple(one.judged(plan, keys) for one in self._drafts)
        derived = {table.name for one in self._drafts for table in one.sink_nodes(plan)}
        plain = [table for table in plan.tables("sink") if table.name not in derived]
        for table in plain:
            if table.key and not keys.admits(table, table.key):
                raise KeyNotUnique(table.name, table.key, keys.keys(table), self._span_of(table.name, start))
        read = {table.name for table in plan.tables("source")}
        return Job(
            name=name,
            file=file,
            sources=tuple(source for key, source in self.resolver.sources.items() if key in read),
            views=tuple(view for view in self.resolver.views if view not in {a.name for a in aggregates}),
            functions=tuple(self.resolver.functions.values()),
            aggregates=aggregates,
            tables=tuple(table.name for table in plain),
            options=self._options,
            plan=plan,
            fingerprints=self._fingerprints(plan),
        )

    def _fingerprints(self, plan: Plan) -> dict[str, str]:
        by_name = {one.aggregate.name: [t.node for t in one.sink_nodes(plan)] for one in self._drafts}
        written = {node for nodes in by_name.values() for node in nodes}
        by_name |= {t.name: [t.node] for t in plan.tables("sink") if t.node not in written}
        return {name: plan.fingerprint(nodes) for name, nodes in by_name.items()}

    def _span_of(self, name: str, start: Span) -> Span:
        return self.names[name].span if name in self.names else start


def plan_sql(file: SqlFile, planner: JobPlanner) -> Job:
    """Return the Job of an SQL file.

    Raises:
        ProjectError: the first mistake in it.
    """
    planner.names.update({s.creates.name: s for s in file.statements if s.creates})
    for statement in file.statements:
        planner.add(statement)
    return planner.job(file.path.stem, file.name)


def query_of(statement: Statement) -> str:
    """Return the query of a CREATE MATERIALIZED TABLE: what follows its first AS outside parentheses."""
    depth = 0
    for token in lex(statement.text):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0 and token.keyword == "AS":
            return statement.text[token.end :]
    raise AssertionError(f"no AS in {statement.text!r}")


def _first_words(text: str) -> str:
    return " ".join(text.split()[:2])
