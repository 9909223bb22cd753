"""Variables in SQL: ``${NAME}`` and ``${NAME:-default}`` become their values, everywhere but in comments.

In quotes a value keeps its meaning: ``'${PASSWORD}'`` with the value ``it's`` becomes ``'it''s'``. Elsewhere
it is SQL as it stands. As in a shell, a default also holds for a variable that is set to nothing. ``$${``
writes a literal ``${``. Values are not substituted again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from tally.project.lexer import VARIABLE, Token, lex
from tally.project.places import Piece, SourceText, span_at
from tally.project.text_errors import MalformedVariable, MissingVariable

_OPENING = re.compile(r"\$\$\{|\$\{")
_VARIABLE = re.compile(VARIABLE)

_QUOTE: Mapping[str, Callable[[str], str]] = {
    "string": lambda value: value.replace("'", "''"),
    "escaped": lambda value: value.replace("\\", "\\\\").replace("'", "\\'"),
    "quoted": lambda value: value.replace("`", "``"),
}

# (start and end in the file, what stands there instead)
_Change = tuple[int, int, str]


def substitute(
    written: str, file: str, environ: Mapping[str, str]
) -> tuple[SourceText, tuple[MissingVariable, ...]]:
    """Replace the variables of a file.

    Args:
        written: the file's text.
        file: its name in errors.
        environ: values by name.

    Returns:
        The text, and an error for each variable that has neither value nor default (empty in the text).

    Raises:
        MalformedVariable: ``${`` that no name and ``}`` follow within the same quotes.
        UnterminatedString: and the lexer's other errors.
    """
    missing: list[MissingVariable] = []
    changes: list[_Change] = []
    for token, match in _variables(written, file):
        start = token.start + match.start()
        if match.group() == "$${":
            value: str | None = "${"
        else:
            value = _value(token, match, environ)
        if value is None:
            missing.append(MissingVariable(match["name"], (span_at(written, start, file),)))
        changes.append((start, token.start + match.end(), value or ""))
    return _apply(written, file, changes), tuple(missing)


def _variables(written: str, file: str) -> Iterator[tuple[Token, re.Match[str]]]:
    for token in lex(written, file):
        if token.kind == "comment":
            continue
        position = 0
        while opening := _OPENING.search(token.text, position):
            match = opening if opening.group() == "$${" else _VARIABLE.match(token.text, opening.start())
            if match is None:
                raise MalformedVariable(span_at(written, token.start + opening.start(), file))
            yield token, match
            position = match.end()


def _value(token: Token, match: re.Match[str], environ: Mapping[str, str]) -> str | None:
    name, default = match["name"], match["default"]
    value = environ.get(name)
    if default is not None and not value:
        # A default stands in the file, within its quotes, and is already written as they ask for.
        return default
    return value if value is None else _QUOTE.get(token.kind, str)(value)


def _apply(written: str, file: str, changes: list[_Change]) -> SourceText:
    parts: list[str] = []
    pieces = [Piece(0, 0, True)]
    length = position = 0
    for start, end, value in changes:
        parts += [written[position:start], value]
        length += start - position
        pieces.append(Piece(length, start, False))
        length += len(value)
        pieces.append(Piece(length, end, True))
        position = end
    return SourceText(file, written, "".join([*parts, written[position:]]), tuple(pieces))
