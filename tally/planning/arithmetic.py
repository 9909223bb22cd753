"""Sums and means of integers whose result has the integer's own type, as SQL has it, and so is quietly wrong.

Flink's ``SUM`` of an INT is an INT and begins anew below zero at 2,147,483,647; its ``AVG`` of an integer, and what
STDDEV and VAR give, are integers without their fraction (``LogicalTypeMerging.findSumAggType``, ``findAvgAggType``).
The compiled plan tells which are computed: each call of an aggregation refers to columns of what it is given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tally.planning.calls import Call
from tally.planning.derived import is_kind
from tally.planning.plan import Plan
from tally.planning.row_types import types_of

_Node = Mapping[str, Any]

_SHORT = frozenset({"TINYINT", "SMALLINT", "INT", "INTEGER"})
_WHOLE = _SHORT | {"BIGINT"}
_LIMITS: Mapping[str, int] = {"TINYINT": 127, "SMALLINT": 32_767, "INT": 2_147_483_647}
_SECOND_STEPS = ("global-group-aggregate", "global-window-aggregate", "incremental-group-aggregate")


@dataclass(frozen=True)
class Family:
    """Functions that a plan has one function for.

    Attributes:
        names: as they are written.
        internal: the plan's names.
        narrow: types that they are quietly wrong for.
        cast: the type to cast to.
        complaint: what is wrong, with ``{call}``, ``{type}`` and ``{limit}`` for what it is about.
    """

    names: tuple[str, ...]
    internal: frozenset[str]
    narrow: frozenset[str]
    cast: str
    complaint: str


SUMS = Family(
    names=("SUM",),
    internal=frozenset({"$SUM$1", "$$SUM0$1"}),
    narrow=_SHORT,
    cast="BIGINT",
    complaint="{call} of {type} is {type}: above {limit} it begins anew below zero",
)
_FRACTION = "{call} of {type} is {type}: its fraction is cut off"
MEANS = Family(("AVG",), frozenset({"$AVG$1"}), _WHOLE, "DOUBLE", _FRACTION)
SPREADS = Family(
    names=("STDDEV", "STDDEV_POP", "STDDEV_SAMP", "VARIANCE", "VAR_POP", "VAR_SAMP"),
    internal=frozenset({"$$WELFORD_M2$1$1"}),
    narrow=_WHOLE,
    cast="DOUBLE",
    complaint=_FRACTION,
)
_FAMILIES = (SUMS, MEANS, SPREADS)
FUNCTIONS = frozenset(name for family in _FAMILIES for name in family.names)
"""All names of functions that can be narrow."""


@dataclass(frozen=True)
class Narrow:
    """A call of a compiled plan whose type is too narrow for its result.

    Attributes:
        family: of its function.
        type: of its argument, without nullability: ``INT``.
        column: the argument's name in the plan.
        certain: whether the plan alone says that it is one, and not a part of another function.
    """

    family: Family
    type: str
    column: str
    certain: bool = True

    def is_written_as(self, call: Call) -> bool:
        """Tell whether a call in a file is this one, or one like it."""
        return call.function in self.family.names and _named(call.type) == self.type

    def as_call(self, span: Any) -> Call:
        """Return the call as it would be written, where no file holds its text."""
        name = self.family.names[0]
        return Call(name, self.type, f"{name}({self.column})", "", self.column, span)

    def complaint(self, call: Call) -> str:
        """Say what is wrong with it as written."""
        limit = f"{_LIMITS.get(self.type, 0):,}"
        return self.family.complaint.format(call=call.text, type=self.type, limit=limit)


def narrow_calls(plan: Plan, nodes: Collection[int]) -> tuple[Narrow, ...]:
    """Return the narrow calls of some nodes of a plan, each once."""
    inputs: dict[int, list[_Node]] = {node["id"]: [] for node in plan.nodes}
    by_id = {node["id"]: node for node in plan.nodes}
    for edge in plan.edges:
        inputs[edge["target"]].append(by_id[edge["source"]])
    wanted = (node for node in plan.nodes if node["id"] in nodes and inputs[node["id"]])
    return tuple(dict.fromkeys(narrow for node in wanted for narrow in _narrow(node, inputs[node["id"]][0])))


def _narrow(node: _Node, before: _Node) -> Iterator[Narrow]:
    if is_kind(node, *_SECOND_STEPS):
        return
    fields = [*types_of(before["outputType"]), *_constants(node)]
    calls = list(_calls(node))
    # Flink then makes AVG a sum and a count, too.
    is_split = "overSpec" in node or any(internal in SPREADS.internal for internal, _ in calls)
    for internal, argument in calls:
        name, type_ = fields[argument] if isinstance(argument, int) else argument
        for family in _FAMILIES:
            is_its_own = internal in family.internal
            if (is_its_own or (is_split and internal in SUMS.internal)) and _named(type_) in family.narrow:
                yield Narrow(family, _named(type_), name, is_its_own)


def _calls(node: _Node) -> Iterator[tuple[str, Any]]:
    """Yield the calls of a node: the function's name in the plan, and its argument, a column or (name, type)."""
    groups = node.get("overSpec", {}).get("groups", ())
    for call in (*(node.get("aggCalls") or ()), *(one for group in groups for one in group["aggCalls"])):
        if call["argList"]:
            yield str(call.get("internalName")), call["argList"][0]
    for measure in node.get("matchSpec", {}).get("measures", {}).values():
        yield from _calls_of(measure)


def _calls_of(expression: _Node) -> Iterator[tuple[str, Any]]:
    """Yield the calls within an expression of MATCH_RECOGNIZE."""
    operands = expression.get("operands", ())
    if operands and "internalName" in expression:
        yield str(expression["internalName"]), ("...", operands[0].get("type", ""))
    for operand in operands:
        yield from _calls_of(operand)


def _constants(node: _Node) -> list[tuple[str, Any]]:
    """Return name and type of the literals that calls of an OVER refer to, behind the columns."""
    constants = node.get("overSpec", {}).get("constants", ())
    return [(str(one.get("value")), one["type"]) for one in constants]


def _named(type_: object) -> str:
    """Return a type without its nullability, as SQL writes it."""
    name = str(type_).partition(" ")[0]
    return "INT" if name == "INTEGER" else name
