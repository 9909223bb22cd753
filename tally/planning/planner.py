"""One file, or one module of ``jobs/``, -> one Job."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tally.errors import Span, raise_all
from tally.planning.accounts import accounts_of, place_of, reads_of, with_gates
from tally.planning.arithmetic_check import ArithmeticCheck, Written
from tally.planning.companions import with_companions
from tally.planning.counted import counting_node, with_counts
from tally.planning.drafts import Declared, Draft, draft, missing_key, probe
from tally.planning.environment import FlinkPlanner, asking_for
from tally.planning.errors import (
    EmptyJob,
    IdleBesideClock,
    NullableKey,
    SqlValidationError,
    UngatedWindow,
    UnjudgedEventTime,
    UnsupportedStatement,
    WindowOverSeveral,
)
from tally.planning.gates import IDLE_TIMEOUT, ONE_PHASE, gates_of, needs_one_phase
from tally.planning.hints import column_hint
from tally.planning.identities import identified
from tally.planning.job import Account, Aggregate, Column, Gate, Job, Source
from tally.planning.joins import ALL_CHANGES, loses_rows, with_sinks_of
from tally.planning.keycheck import SinkKeys
from tally.planning.latest_rows import MINI_BATCH, MINI_BATCH_BOUNDS, is_misjudged
from tally.planning.limits import SOURCE_WATERMARK, calls_source_watermark
from tally.planning.lineage import origin_of, partly_read
from tally.planning.options_of_job import JobOptions
from tally.planning.origins import timed_behind
from tally.planning.plan import Plan, PlanTable, normalized
from tally.planning.resolver import Resolver
from tally.planning.routing import dead_table, insert_dead, records_table, source_of, written_tables
from tally.planning.schema import columns_of, key_of
from tally.planning.sessions import fitted
from tally.planning.translate import complaint
from tally.planning.udfs import make_importable
from tally.planning.unwindowed import not_windows
from tally.planning.variances import with_variances
from tally.planning.versions import without_former_versions
from tally.planning.zeros import with_one_zero
from tally.project import Project, SqlFile, Statement, lex

_UNKNOWN_KEY = re.compile(r"Primary key column '(.*)' is not defined in the schema")


@dataclass(frozen=True)
class _Write:
    """One INSERT, as Flink's operation, and where it comes from."""

    operation: Any
    span: Span

    @property
    def table(self) -> str:
        """The name of the table that is written."""
        return str(self.operation.getContextResolvedTable().getIdentifier().getObjectName())


class JobPlanner:
    """Takes in the statements of one job, one after the other, then makes the Job."""

    def __init__(self, project: Project, options: Mapping[str, str], jars: Sequence[Path]) -> None:
        make_importable(project.root)
        self.flink = FlinkPlanner(options, jars)
        self.names: dict[str, Statement] = dict(project.names)
        self.resolver = Resolver(self.flink, self.names)
        self._options = JobOptions(self.flink, options)
        self._writes: list[_Write] = []
        self._plain: list[Statement] = []
        self._drafts: list[Draft] = []
        self._group: Span | None = None

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
        self._plain.append(statement)
        match operation.getClass().getSimpleName():
            case "SetOperation":
                self._options.set(operation, statement.span)
            case "SinkModifyOperation":
                self._writes.append(_Write(operation, statement.span))
            case "StatementSetOperation":
                self._writes += [_Write(one, statement.span) for one in operation.getOperations()]
            case "BeginStatementSetOperation" if self._group is None:
                self._group = statement.span
            case "EndStatementSetOperation" if self._group is not None:
                self._group = None
            case _:
                raise UnsupportedStatement(_first_words(statement.text), statement.span)

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
            sql=statement.written,
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

        def parsed() -> Any:
            return self.resolver.retry(parse, statement.at, statement.span)

        try:
            return self.resolver.advised(statement, parsed)
        except SqlValidationError as error:
            found = _UNKNOWN_KEY.search(error.reason)
            if not found:
                raise
            columns = [column.name for column in self._result(statement)]
            raise replace(error, advice=column_hint(found[1], columns)) from error

    def _result(self, statement: Statement) -> tuple[Column, ...]:
        """Return the columns of the query of an aggregate."""
        return columns_of(self.flink.parse(query_of(statement)).getResolvedSchema())

    def _nullable_key(self, statement: Statement, column: str) -> NullableKey:
        assert statement.creates
        origin = origin_of(self.flink.parse(query_of(statement)), column)
        type_ = next(one.type for one in self._result(statement) if one.name == column)
        return NullableKey(statement.creates.name, column, type_, origin, statement.creates.span)

    def add_declared(self, declared: Declared) -> None:
        """Take in an aggregate whose result is registered under its name.

        Raises:
            MissingKey: it declares no key.
            UnknownOption, WrongOption, UnknownSink: as their names say.
        """
        if not declared.key:
            create, insert = probe(declared)
            raise missing_key(declared, self._compile([self._write(create, insert, declared.span)]))
        drafted = draft(declared)
        for create, insert in drafted.create_sinks():
            self._writes.append(self._write(create, insert, declared.span))
        self._drafts.append(drafted)

    def _write(self, create: str, insert: str, span: Span) -> _Write:
        def parse() -> Any:
            self.flink.run(create)
            return self.flink.parse(insert)

        return _Write(self.resolver.retry(parse, lambda *_: span, span), span)

    def job(self, name: str, file: str) -> Job:
        """Compile what was taken in and return the Job.

        Raises:
            EmptyJob: nothing writes anything.
            UnsupportedStatement: BEGIN STATEMENT SET without END.
            WindowOverSeveral, UnjudgedEventTime: as their names say.
            KeyNotUnique, KeyOvertaken: a key is no unique key of what is written under it, or cannot be kept.
            NarrowArithmetic: a sum or a mean that would quietly go wrong; ProjectErrors where there are several.
            SqlValidationError: no job can be made of the plan.
        """
        if self._group:
            raise UnsupportedStatement("BEGIN STATEMENT SET without END;", self._group)
        if not self._writes:
            raise EmptyJob(Span(file, 1, 1))
        self._judge_windows()
        plan = with_companions(self._routed_plan())
        self._judge_times(plan)
        raise_all(not_windows(plan, self._spans(plan)))
        keys = SinkKeys(plan)
        aggregates = tuple(one.judged(plan, keys) for one in self._drafts)
        tables = self._plain_tables(plan)
        for table in tables:
            self._judge_plain(table, keys)
        self._judge_arithmetic(plan, tables)
        plan, accounts = self._accounted(with_one_zero(with_variances(without_former_versions(plan))))
        plan, gates = identified(plan, self._gates(plan), self.resolver.sources.values())
        self._judge_graph(plan)
        sinks = self._sinks(plan, aggregates, tables)
        return Job(
            name=name,
            file=file,
            sources=tuple(self._sources_of(plan, set())),
            views=tuple(view for view in self.resolver.views if view not in {a.name for a in aggregates}),
            functions=tuple(self.resolver.functions.values()),
            aggregates=aggregates,
            tables=tuple(table.name for table in tables),
            options=self._options.written,
            plan=plan,
            fingerprints={name: plan.fingerprint(nodes) for name, nodes in sinks.items()},
            steps={name: plan.steps(nodes) for name, nodes in sinks.items()},
            gates=gates,
            reads=tuple(reads_of(plan, self._routed())),
            accounts=with_gates(accounts, gates),
            guards=tuple(drafted.guard(plan, a) for drafted, a in zip(self._drafts, aggregates, strict=True)),
        )

    def _judge_windows(self) -> None:
        for write in self._writes:
            if window := partly_read(write.operation.getChild()):
                raise WindowOverSeveral(window, write.span)

    def _judge_times(self, plan: Plan) -> None:
        routed = self._routed()
        for table in timed_behind(plan):
            if source := routed.get(table):
                raise UnjudgedEventTime(source, self.resolver.sources[source].span)

    def _accounted(self, plan: Plan) -> tuple[Plan, tuple[Account, ...]]:
        """Return the plan with its aggregations counting, and where rows of sources enter them and others."""
        accounts = tuple(accounts_of(plan, self._routed(), self._served(plan)))
        counting = {account: counting_node(plan, account.node) for account in accounts}
        nodes = {node for node in counting.values() if node is not None}
        plan, counts = with_counts(plan, nodes)
        return plan, tuple(
            replace(a, count=counts.get(node or -1), place=place_of(plan, node or a.node))
            for a, node in counting.items()
        )

    def _routed(self) -> dict[str, str]:
        """Return the routed sources by Flink table."""
        return {records_table(s.name): s.name for s in self.resolver.sources.values() if s.is_routed}

    def _served(self, plan: Plan) -> dict[str, str]:
        """Return the aggregate, or the plain table, by table that the plan writes."""
        sinks = {
            table.name: draft.aggregate.name for draft in self._drafts for table in draft.sink_nodes(plan)
        }
        return sinks | {table.name: table.name for table in self._plain_tables(plan)}

    def _spans(self, plan: Plan) -> dict[str, Span]:
        """Return where the aggregate, or else the plain table, of each table that the plan writes is declared."""
        derived = {
            table.name: draft.aggregate.span for draft in self._drafts for table in draft.sink_nodes(plan)
        }
        plain = (table.name for table in self._plain_tables(plan))
        return derived | {name: self._span_of(name) or self._writes[0].span for name in plain}

    def _gates(self, plan: Plan) -> tuple[Gate, ...]:
        sources = self._routed()
        try:
            gates = tuple(gates_of(plan, sources, self._served(plan)))
        except UngatedWindow as error:
            raise replace(error, span=self._writes[0].span) from error
        return tuple(replace(gate, source=sources[gate.source]) for gate in gates)

    def _routed_plan(self) -> Plan:
        """Compile all writes, and those of the dead letters of each source that they read."""
        sources = {dead_table(s.name): s for s in self.resolver.sources.values() if s.is_routed}
        dead = {name: self._dead_write(source) for name, source in sources.items()}
        plan = self._plan([*self._writes, *dead.values()])
        # Registered is more than read: a file may declare a table that it reads nowhere.
        read = {source.name: source for source in self._sources_of(plan, set(dead))}
        self._check_idleness(read.values())
        if unread := {name for name, source in sources.items() if source.name not in read}:
            plan = self._plan([*self._writes, *(write for name, write in dead.items() if name not in unread)])
        return plan

    def _check_idleness(self, read: Iterable[Source]) -> None:
        clocked = [source.name for source in read if source.clock_delay]
        if clocked and self._options.is_set(IDLE_TIMEOUT):
            raise IdleBesideClock(clocked[0], IDLE_TIMEOUT, self._writes[0].span)

    def _dead_write(self, source: Source) -> _Write:
        insert, span = insert_dead(source.name), source.span
        return _Write(self.resolver.retry(lambda: self.flink.parse(insert), lambda *_: span, span), span)

    def _sources_of(self, plan: Plan, left_out: set[str]) -> list[Source]:
        """Return the sources that feed the plan's sinks, but for the sinks that are left out."""
        sinks = [table.node for table in plan.tables("sink") if table.name not in left_out]
        nodes = {node["id"] for sink in sinks for node in plan.upstream(sink)}
        read = (*plan.tables("source"), *plan.tables("lookup"))
        names = {source_of(table.name) for table in read if table.node in nodes}
        return [source for name, source in self.resolver.sources.items() if name in names]

    def _plan(self, writes: Sequence[_Write]) -> Plan:
        plan = self._compile(writes)
        if is_misjudged(plan) and not self._options.is_true(MINI_BATCH):
            self._options.add({MINI_BATCH: "true"})
            self._options.add_missing(MINI_BATCH_BOUNDS)
            plan = self._compile(writes)
        if needs_one_phase(plan, self._options.is_set(IDLE_TIMEOUT)):
            self._options.add(ONE_PHASE)
            plan = self._compile(writes)
        if loses_rows(plan, self._options.is_true(MINI_BATCH)):
            plan = self._with_former_versions(plan, writes)
        return fitted(plan)

    def _with_former_versions(self, plan: Plan, writes: Sequence[_Write]) -> Plan:
        insert_only = {table.name for table in plan.tables("sink") if table.is_insert_only}
        asking = [
            write
            if write.table in insert_only
            else replace(write, operation=asking_for(write.operation, ALL_CHANGES))
            for write in writes
        ]
        return with_sinks_of(plan, self._compile(asking))

    def _compile(self, writes: Sequence[_Write]) -> Plan:
        try:
            return self._compiled(writes)
        except Exception:
            # Flink does not say which one it refuses: that one fails alone as well, and has a place.
            for write in writes:
                self._judged([write])
            return self._judged(writes)

    def _judged(self, writes: Sequence[_Write]) -> Plan:
        span = writes[0].span
        return self.resolver.retry(lambda: self._compiled(writes), lambda *_: span, span)

    def _compiled(self, writes: Sequence[_Write]) -> Plan:
        return normalized(self.flink.compile([write.operation for write in writes]))

    def _judge_graph(self, plan: Plan) -> None:
        if calls_source_watermark(plan):
            said, advice = SOURCE_WATERMARK
            raise SqlValidationError(said, self._writes[0].span, advice)
        try:
            self.flink.translate(plan.text)
        except Exception:
            # As in _compile: the write that fails alone as well is the one to be named.
            for write in self._writes:
                self._translated(with_variances(self._plan([write])), write.span)
            self._translated(plan, self._writes[0].span)

    def _translated(self, plan: Plan, span: Span) -> None:
        self.resolver.retry(lambda: self.flink.translate(plan.text), lambda *_: span, span)

    def _plain_tables(self, plan: Plan) -> list[PlanTable]:
        derived = {table.name for one in self._drafts for table in one.sink_nodes(plan)}
        derived |= {dead_table(source) for source in self.resolver.sources}
        return [table for table in plan.tables("sink") if table.name not in derived]

    def _judge_plain(self, table: PlanTable, keys: SinkKeys) -> None:
        mistake = keys.mistake(table.name, table, table.key, self._span_of(table.name)) if table.key else None
        if mistake:
            raise mistake

    def _judge_arithmetic(self, plan: Plan, tables: Sequence[PlanTable]) -> None:
        written = [self._written(plan, one) for one in self._drafts if one.is_exact]
        if tables:
            sinks = tuple(table.node for table in tables)
            written.append(Written(sinks, tuple(self._plain), self._writes[0].span, has_options=False))
        raise_all(ArithmeticCheck(self.flink, self.names).mistakes(plan, written))

    def _written(self, plan: Plan, drafted: Draft) -> Written:
        sinks = tuple(table.node for table in drafted.sink_nodes(plan))
        statement = self.names.get(drafted.aggregate.name)
        statements = (statement,) if statement else ()
        return Written(sinks, statements, drafted.aggregate.span, has_options=True)

    def _span_of(self, name: str) -> Span | None:
        created = self.names[name].creates if name in self.names else None
        return created.span if created else None

    def _sinks(
        self, plan: Plan, aggregates: Sequence[Aggregate], tables: Sequence[PlanTable]
    ) -> dict[str, list[int]]:
        """Return the nodes of the plan that write each aggregate and each plain table."""
        nodes: dict[str, list[int]] = {}
        for aggregate, drafted in zip(aggregates, self._drafts, strict=True):
            nodes[aggregate.name] = [table.node for table in drafted.sink_nodes(plan)]
        for table in tables:
            nodes.setdefault(table.name, []).append(table.node)
        return nodes


def plan_sql(file: SqlFile, planner: JobPlanner) -> Job:
    """Return the Job of an SQL file.

    Raises:
        ProjectError: the first mistake in it.
    """
    planner.names.update({s.creates.name: s for s in file.statements if s.creates})
    planner.resolver.written |= written_tables(file.statements)
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
