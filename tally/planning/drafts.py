"""What was declared of an aggregate, in SQL or in Python, before the plan is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tally.errors import Span
from tally.planning.errors import KeyOvertaken, MissingKey
from tally.planning.job import MAX_SHARE, Aggregate, Column, Guard
from tally.planning.keycheck import SinkKeys
from tally.planning.options import ARITHMETIC, parse_options
from tally.planning.plan import Plan, PlanTable
from tally.planning.sinks import SinkDeriver, create_sink, quoted, sink_table, text


@dataclass(frozen=True)
class Draft:
    """An aggregate as declared.

    Attributes:
        aggregate: all that is known of it; its window is still unknown, and its sinks are derived without one.
        options: values of the options that were written.
    """

    aggregate: Aggregate
    options: Mapping[str, Any]

    @property
    def is_exact(self) -> bool:
        """Whether sums and means that quietly go wrong are refused."""
        return bool(self.options.get(ARITHMETIC, "exact") == "exact")

    def create_sinks(self) -> Iterator[tuple[str, str]]:
        """Yield, for each sink, the CREATE TABLE of its Flink table and the INSERT that fills it."""
        source = quoted(self.aggregate.name)
        for sink in self.aggregate.sinks:
            table = quoted(sink_table(self.aggregate.name, sink))
            create = create_sink(self.aggregate.name, sink, (self.aggregate.columns, self.aggregate.key))
            yield create, f"INSERT INTO {table} SELECT * FROM {source}"

    def sink_nodes(self, plan: Plan) -> tuple[PlanTable, ...]:
        """Return this aggregate's sinks in a compiled plan."""
        names = {sink_table(self.aggregate.name, sink) for sink in self.aggregate.sinks}
        return tuple(table for table in plan.tables("sink") if table.name in names)

    def guard(self, plan: Plan, aggregate: Aggregate) -> Guard:
        """Return where the rows of the aggregate, as planned, are judged."""
        nodes = {table.name: table.node for table in self.sink_nodes(plan)}
        return Guard(aggregate, tuple(nodes[sink_table(aggregate.name, sink)] for sink in aggregate.sinks))

    def judged(self, plan: Plan, keys: SinkKeys) -> Aggregate:
        """Return the aggregate as planned: key checked, window known, sinks final.

        Raises:
            KeyNotUnique: the declared key is no unique key of the result.
            KeyOvertaken: it is one, and cannot be kept.
        """
        aggregate, sink = self.aggregate, self.sink_nodes(plan)[0]
        if mistake := keys.mistake(aggregate.name, sink, aggregate.key, aggregate.span):
            raise mistake
        window = keys.window(sink, aggregate.key)
        deriver = SinkDeriver(aggregate.name, aggregate.columns, aggregate.key, aggregate.span)
        sinks = deriver.derive(self.options, window)
        return replace(aggregate, window=window, sinks=sinks, window_end=keys.window_end(sink))


@dataclass(frozen=True)
class Declared:
    """The parts of a declaration, from SQL or from Python."""

    name: str
    comment: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    options: Mapping[str, str]
    span: Span
    sql: str = ""


def draft(declared: Declared) -> Draft:
    """Return the draft of what was declared, with its options judged.

    Raises:
        UnknownOption, WrongOption, UnknownSink: as their names say.
    """
    options = parse_options(declared.name, declared.options, declared.span)
    deriver = SinkDeriver(declared.name, declared.columns, declared.key, declared.span)
    aggregate = Aggregate(
        name=declared.name,
        comment=declared.comment,
        columns=declared.columns,
        key=declared.key,
        sinks=deriver.derive(options, None),
        window=None,
        span=declared.span,
        max_refused=options.get("refused.max-share", MAX_SHARE),
        sql=declared.sql,
    )
    return Draft(aggregate, options)


def probe(declared: Declared) -> tuple[str, str]:
    """Return a CREATE TABLE and an INSERT whose plan tells the keys of a result that declares none."""
    table = quoted(f"{declared.name}$probe")
    columns = ", ".join(
        f"{quoted(c.name)} {c.type}{'' if c.nullable else ' NOT NULL'}" for c in declared.columns
    )
    create = f"CREATE TABLE {table} ({columns}) WITH ({text('connector')} = {text('blackhole')})"
    return create, f"INSERT INTO {table} SELECT * FROM {quoted(declared.name)}"


def missing_key(declared: Declared, plan: Plan) -> MissingKey | KeyOvertaken:
    """Return the error for a result without a key, with the keys that its probe's plan tells."""
    keys, (sink, *_) = SinkKeys(plan), plan.tables("sink")
    mistake = keys.mistake(declared.name, sink, (), declared.span)
    if isinstance(mistake, KeyOvertaken):
        return mistake
    return MissingKey(declared.name, keys.keys(sink), declared.span)
