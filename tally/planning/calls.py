"""Calls of aggregate functions in SQL text: where they are and what types they have, as Flink's validator tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tally.errors import Span
from tally.planning.environment import FlinkPlanner
from tally.project import Statement, Token, lex
from tally.project.places import index_at

_QUANTIFIERS = ("DISTINCT", "ALL")


@dataclass(frozen=True)
class Call:
    """One call of a function, as written.

    Attributes:
        function: its name in upper case.
        type: the SQL type of its argument, without nullability: ``INTEGER``.
        text: the whole call on one line: ``SUM(DISTINCT quantity)``.
        quantifier: ``DISTINCT``, ``ALL``, or empty.
        argument: what stands behind that, on one line.
        span: its place in the file.
    """

    function: str
    type: str
    text: str
    quantifier: str
    argument: str
    span: Span

    def cast(self, type_: str) -> str:
        """Return the call with its argument cast: ``SUM(DISTINCT CAST(quantity AS BIGINT))``."""
        quantifier = f"{self.quantifier} " if self.quantifier else ""
        return f"{self.function}({quantifier}CAST({self.argument} AS {type_}))"


def calls_in(flink: FlinkPlanner, statement: Statement, functions: frozenset[str]) -> Iterator[Call]:
    """Yield the calls of some functions with one argument, in the order of their places.

    Args:
        flink: with all defined that the statement reads.
        statement: a query, or what holds one: CREATE VIEW, CREATE MATERIALIZED TABLE, INSERT, a statement set.
        functions: their names, in upper case.
    """
    tokens = [token for token in lex(statement.text) if token.kind != "comment"]
    starts = {token.start: place for place, token in enumerate(tokens)}
    found = sorted(set(flink.aggregate_calls(statement.text, functions)), key=lambda call: call[1:3])
    for type_, line, column in found:
        place = starts.get(index_at(statement.text, line, column))
        if place is not None:
            yield _call(tokens[place : _end(tokens, place)], type_, statement.at(line, column))


def _end(tokens: list[Token], place: int) -> int:
    """Return the place behind the parenthesis that closes the first one behind a place."""
    depth = 0
    for at in range(place, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[at].text, 0)
        if depth == 0 and tokens[at].text == ")":
            return at + 1
    return len(tokens)


def _call(tokens: list[Token], type_: str, span: Span) -> Call:
    function, _, *inner, _ = tokens
    quantifier = inner[0].keyword if inner[0].keyword in _QUANTIFIERS else ""
    return Call(
        function=function.text.upper(),
        type=type_,
        text=_written(tokens),
        quantifier=quantifier,
        argument=_written(inner[1:] if quantifier else inner),
        span=span,
    )


def _written(tokens: list[Token]) -> str:
    """Return tokens on one line, without comments, with one blank where there are any between two of them."""
    pieces = [tokens[0].text]
    for before, token in pairwise(tokens):
        pieces += [" " if token.start > before.end else "", token.text]
    return "".join(pieces)
