"""What to write instead, where Flink's complaint alone does not tell: from the statement, and by trying.

- a function of another engine: what Flink has in its place;
- a reserved word in the place of a name: quoted, where Flink then reads on;
- a column that is not there: the nearest that is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from tally.errors import Span, nearest
from tally.planning.elsewhere import in_flink
from tally.planning.errors import SqlSyntaxError, SqlValidationError
from tally.planning.limits import UNPLANNED
from tally.project import Statement, Token, lex

Mistake = SqlSyntaxError | SqlValidationError

_COLUMN = re.compile(r"(?:Column|Unknown identifier) '([^']+)'")
_NAMED = re.compile(
    r"Unsupported Function: '(\w+)'|Function '(\w+)\(|^(\w+) aggregate function|with (\w+) function"
)
_KSQL = {
    "EMIT": "leave EMIT out: an aggregate is kept up to date with every change",
    "TUMBLING": "write FROM TUMBLE(TABLE t, DESCRIPTOR(event_time), size) ... GROUP BY window_start, window_end",
    "HOPPING": "write FROM HOP(TABLE t, DESCRIPTOR(event_time), slide, size) ... GROUP BY window_start, window_end",
}


class Hints:
    """Finds what to write instead of what is wrong in one statement.

    Args:
        statement: the statement.
        reads_further: tells whether Flink reads a text further than the place of a mistake.
        columns: returns the columns of the tables that the statement names.
        tables: names of the project's tables, views and aggregates.
    """

    def __init__(
        self,
        statement: Statement,
        reads_further: Callable[[str, Span], bool],
        columns: Callable[[], Iterable[str]],
        tables: Iterable[str],
    ) -> None:
        self._statement = statement
        self._reads_further = reads_further
        self._columns, self._tables = columns, frozenset(tables)
        self._tokens = [token for token in lex(statement.text) if token.kind != "comment"]

    def of(self, mistake: Mistake) -> str | None:
        """Return what to write; None where nothing is known, or the mistake is not in this statement."""
        if isinstance(mistake, SqlSyntaxError):
            return self._of_syntax(mistake)
        return self._of_function(mistake) or self._of_column(mistake)

    def _of_syntax(self, mistake: SqlSyntaxError) -> str | None:
        at = next((i for i, token in enumerate(self._tokens) if self._span(token) == mistake.span), None)
        if at is None:
            return None
        of_ksql = (_KSQL.get(token.keyword) for token in self._tokens[max(at - 1, 0) : at + 1])
        return (
            self._of_call(at)
            or self._of_cast(at)
            or next(filter(None, of_ksql), None)
            or self._quoted(at, mistake)
        )

    def place(self, mistake: Mistake) -> Span | None:
        """Return where the one function is called that a mistake without a place of its own is about, if any."""
        if mistake.span != self._statement.span or isinstance(mistake, SqlSyntaxError):
            return None
        said = set(re.findall(r"\b[A-Z][A-Z_]+\b", f"{mistake.message} {mistake.hint}"))
        # Flink words what is wrong with a call of SESSIONS as of any function that takes a table.
        said |= {"SESSIONS"} if "argument" in mistake.message else set()
        unplanned = mistake.reason == UNPLANNED
        calls = [
            token for token in self._calls() if token.keyword in said or (unplanned and in_flink(token.text))
        ]
        return self._span(calls[0]) if len(calls) == 1 else None

    def _calls(self) -> Iterator[Token]:
        """Yield the names that a parenthesis follows."""
        for token, behind in pairwise(self._tokens):
            if token.kind == "word" and behind.text == "(":
                yield token

    def _span(self, token: Token) -> Span:
        before = self._statement.text[: token.start]
        line_start = max(before.rfind("\n"), before.rfind("\r")) + 1
        # Flink's columns are those of UTF-16.
        column = len(before[line_start:].encode("utf-16-le")) // 2 + 1
        return self._statement.at(len(re.findall(r"\r\n|\r|\n", before)) + 1, column)

    def _of_call(self, at: int) -> str | None:
        """Return what to write for the function that is called at or around a place."""
        around = [self._tokens[at], *_calls_around(self._tokens, at)]
        return next((hint for token in around if (hint := in_flink(token.text))), None)

    def _of_cast(self, at: int) -> str | None:
        is_cast = "".join(token.text for token in self._tokens[at : at + 2]) == "::"
        return "write CAST(x AS DOUBLE) for x::DOUBLE" if is_cast else None

    def _quoted(self, at: int, mistake: SqlSyntaxError) -> str | None:
        """Return how to write a reserved word as a name, where Flink then reads on."""
        text = self._statement.text
        for token in reversed(self._tokens[max(at - 1, 0) : at + 1]):
            quoted = f"`{token.text}`"
            tried = f"{text[: token.start]}{quoted}{text[token.end :]}"
            if token.kind == "word" and mistake.span and self._reads_further(tried, mistake.span):
                return f"{token.text} is a reserved word: where it is a name, write {quoted}"
        return None

    def _of_function(self, mistake: SqlValidationError) -> str | None:
        if found := _NAMED.search(mistake.reason):
            return in_flink(next(filter(None, found.groups())))
        if mistake.reason != UNPLANNED:
            return None
        return next((hint for token in self._calls() if (hint := in_flink(token.text))), None)

    def _of_column(self, mistake: SqlValidationError) -> str | None:
        found = _COLUMN.search(mistake.reason)
        if not found or "did you mean" in mistake.reason:
            return None
        if found[1] in self._tables:
            return f"write TABLE {found[1]}"
        return column_hint(found[1], list(self._columns()))


def column_hint(name: str, columns: Sequence[str]) -> str | None:
    """Return the nearest column, or else all that there are."""
    near = nearest(name, columns)
    if near:
        return f"did you mean '{near}'?"
    return f"there are: {', '.join(dict.fromkeys(columns))}" if columns else None


def _calls_around(tokens: Sequence[Token], at: int) -> Iterator[Token]:
    """Yield the names of functions whose parentheses are open at a place, innermost first."""
    depth = 0
    for place in range(at - 1, 0, -1):
        depth += {")": 1, "(": -1}.get(tokens[place].text, 0)
        if depth < 0:
            depth = 0
            yield tokens[place - 1]
