"""Tokens -> statements: where each ends, what it creates, and where Flink's positions stand in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile

from tally.errors import Span
from tally.project.comments import comment_above
from tally.project.groups import Group, groups
from tally.project.lexer import Token
from tally.project.places import SourceText, index_at
from tally.project.substitution import substitute
from tally.project.text_errors import MissingVariable

_KINDS = ("TABLE", "MATERIALIZED TABLE", "VIEW", "FUNCTION", "CATALOG", "DATABASE", "MODEL", "CONNECTION")
_MODIFIERS = ("OR", "REPLACE", "ALTER", "TEMPORARY", "SYSTEM")


@dataclass(frozen=True)
class Created:
    """What a CREATE statement creates.

    Attributes:
        kind: ``table``, ``view``, ``function``, ``materialized table``, ``catalog``, ``database``, ``model``
            or ``connection``.
        name: the last part of its name, without backticks.
        span: the place of that part.
    """

    kind: str
    name: str
    span: Span


@dataclass(frozen=True)
class Statement:
    """One SQL statement.

    Attributes:
        text: as Flink gets it: substituted, from its first token to its last, without the ``;``.
        span: place of its first token.
        comment: the comment directly above it, without its marks, lines kept; empty where there is none.
        creates: what it creates; None unless it starts with CREATE and a kind of object.
        keyword: its first word in upper case; empty where it does not start with a word.
    """

    text: str
    span: Span
    comment: str
    creates: Created | None
    keyword: str
    _source: SourceText = field(repr=False, compare=False)
    _start: int = field(repr=False, compare=False)

    @property
    def written(self) -> str:
        """Its text as it stands in the file, variables by their names: what a variable holds may be secret."""
        return self._source.written_between(self._start, self._start + len(self.text))

    def at(self, line: int, column: int) -> Span:
        """Return the place in the file of a position in ``text``, both from 1, as Flink reports it."""
        return self._source.span(self._start + index_at(self.text, line, column))


def split(
    written: str, file: str, environ: Mapping[str, str]
) -> tuple[tuple[Statement, ...], tuple[MissingVariable, ...]]:
    """Substitute the variables of a file, then split it at each ``;`` that ends a statement.

    ``EXECUTE STATEMENT SET BEGIN ...; ...; END`` is one statement, and so is every other with STATEMENT SET
    BEGIN. ``BEGIN STATEMENT SET;`` is one of its own, as it is for Flink.

    Returns:
        The statements (none where a variable is missing), and the variables that are.

    Raises:
        UnterminatedString: and the other errors of the lexer.
        UnterminatedComment: also where a ``;`` stands in a hint.
        UnterminatedStatementSet: no ``END`` after ``;``.
        DoubleQuotes: Flink's parser takes them nowhere.
    """
    source, missing = substitute(written, file, environ)
    if missing:
        return (), missing
    return tuple(_statement(source, group) for group in groups(source) if group.code), ()


def _statement(source: SourceText, group: Group) -> Statement:
    code = group.code
    start, end = code[0].start, code[-1].end
    return Statement(
        text=source.text[start:end],
        span=source.span(start),
        comment=comment_above(source.text, group.tokens),
        creates=_created(source, code),
        keyword=code[0].keyword,
        _source=source,
        _start=start,
    )


def _created(source: SourceText, code: Sequence[Token]) -> Created | None:
    if code[0].keyword != "CREATE":
        return None
    rest = list(dropwhile(lambda token: token.keyword in _MODIFIERS, code[1:]))
    length = 2 if [token.keyword for token in rest[:2]] == ["MATERIALIZED", "TABLE"] else 1
    kind = " ".join(token.keyword for token in rest[:length])
    name = _last_part(_without_condition(rest[length:]))
    if kind not in _KINDS or name is None:
        return None
    return Created(kind.lower(), _unquoted(name), source.span(name.start))


def _without_condition(code: list[Token]) -> list[Token]:
    return code[3:] if [token.keyword for token in code[:3]] == ["IF", "NOT", "EXISTS"] else code


def _last_part(code: Sequence[Token]) -> Token | None:
    """Return the last part of the dotted name that ``code`` begins with."""
    last = None
    for position, token in enumerate(code):
        if position % 2 == 0 and token.kind in ("word", "quoted"):
            last = token
        elif token.text != "." or position % 2 == 0:
            break
    return last


def _unquoted(token: Token) -> str:
    return token.text[1:-1].replace("``", "`") if token.text.startswith("`") else token.text
