"""Refuses sums and means that quietly go wrong, with the cast to write, at their place in the project's files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from tally.errors import Span
from tally.planning.arithmetic import FUNCTIONS, Narrow, narrow_calls
from tally.planning.calls import Call, calls_in
from tally.planning.environment import FlinkPlanner
from tally.planning.errors import NarrowArithmetic
from tally.planning.options import ARITHMETIC
from tally.planning.plan import Plan
from tally.project import Statement, lex

_QUERIES = ("view", "materialized table")


@dataclass(frozen=True)
class Written:
    """What writes some sinks of a plan.

    Attributes:
        sinks: ids of their nodes.
        statements: that are written for them; none of a Table API job.
        span: where they are declared.
        has_options: whether an option of theirs can accept Flink's arithmetic.
    """

    sinks: tuple[int, ...]
    statements: tuple[Statement, ...]
    span: Span
    has_options: bool

    @property
    def accepts(self) -> str:
        """The option that accepts Flink's arithmetic, as it is written; empty where there is none."""
        if not self.has_options:
            return ""
        return f"'{ARITHMETIC}' = 'flink'" if self.statements else f"options={{'{ARITHMETIC}': 'flink'}}"


class ArithmeticCheck:
    """Finds narrow arithmetic in a compiled plan, and who wrote it."""

    def __init__(self, flink: FlinkPlanner, names: Mapping[str, Statement]) -> None:
        self._flink, self._names = flink, names

    def mistakes(self, plan: Plan, written: Collection[Written]) -> tuple[NarrowArithmetic, ...]:
        """Return an error for each narrow call that feeds a sink, by place."""
        found = {error.span: error for one in written for error in self._mistakes(plan, one)}
        return tuple(sorted(found.values(), key=lambda error: error.span or Span("", 0, 0)))

    def _mistakes(self, plan: Plan, one: Written) -> Iterator[NarrowArithmetic]:
        feeding = {node["id"] for sink in one.sinks for node in plan.upstream(sink)}
        narrow = narrow_calls(plan, feeding)
        calls = self._calls(one.statements) if narrow else ()
        known = [(each, call) for each in narrow for call in calls if each.is_written_as(call)]
        for each, call in known:
            yield _mistake(each, call, call.cast(each.family.cast), one)
        types = {each.type for each, _ in known}
        for each in narrow:
            if each.certain and each.type not in types:
                call = each.as_call(one.span)
                yield _mistake(each, call, _in_python(each, call), one)

    def _calls(self, statements: Collection[Statement]) -> tuple[Call, ...]:
        """Return the calls in statements and in the views and aggregates that they name."""
        reached: dict[str, Statement] = {}
        frontier = list(statements)
        while frontier:
            named = self._named(frontier.pop())
            frontier += [statement for name, statement in named.items() if name not in reached]
            reached |= named
        every = dict.fromkeys((statement.text, statement) for statement in (*statements, *reached.values()))
        return tuple(call for _, one in every for call in calls_in(self._flink, one, FUNCTIONS))

    def _named(self, statement: Statement) -> dict[str, Statement]:
        words = {token.text.strip("`") for token in lex(statement.text) if token.kind in {"word", "quoted"}}
        return {
            name: one
            for name, one in self._names.items()
            if name in words and one.creates and one.creates.kind in _QUERIES
        }


def _mistake(narrow: Narrow, call: Call, instead: str, one: Written) -> NarrowArithmetic:
    return NarrowArithmetic(narrow.complaint(call), instead, one.accepts, call.span)


def _in_python(narrow: Narrow, call: Call) -> str:
    """Return how to cast in a Table API job, which may hold SQL as well."""
    type_ = narrow.family.cast
    method = f"col('{call.argument}').cast(DataTypes.{type_}()).{call.function.lower()}"
    return f"{method}, or {call.cast(type_)} in SQL"
