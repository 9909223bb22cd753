r"""Flink SQL text -> tokens: where a string, a quoted name or a comment begins and ends.

The rules are those of Flink's own token manager (``FlinkSqlParserImpl``, in the lexical state for
backticks), as far as they decide where a statement ends:

- ``'it''s'`` is text; backslashes mean nothing in it. ``E'it\'s'`` is text with C escapes.
  A character set before it belongs to it: ``_utf-8'text'``.
- a name in backticks stays on one line; ````` `` ````` stands for one backtick in it.
- ``--`` and ``//`` comment out the rest of the line; ``/* ... */`` comments do not nest. After ``/**`` one
  more character belongs to the opening, so ``/***/`` is still open.
- ``/*+`` and ``*/`` around a hint are tokens, and so is what stands between them.
- blanks are space, tab, line feed, carriage return and form feed, no others.

One kind of token is tally's own: ``${NAME}`` or ``${NAME:-default}``, and ``$${`` for a literal ``${``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tally.errors import ProjectError, Span
from tally.project.places import span_at
from tally.project.text_errors import UnterminatedComment, UnterminatedName, UnterminatedString

VARIABLE = r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}"

# Order decides: a comment before the operator '/', an escaped string before the word 'E'. A closing quote is
# one that no other follows, so that the error for 'it''s names the first quote, not the second of the pair.
_TOKEN = re.compile(
    r"""
      (?P<blank>    [ \t\n\r\f]+ )
    | (?P<comment>  (?:--|//)[^\r\n]* | /\*\*/ | /\*\*[^/].*?\*/ | /\*(?![*+]).*?\*/ )
    | (?P<escaped>  [eE]'(?:[^'\\]|\\.|'')*' )
    | (?P<string>   (?:[uU]&)?'[^']*(?:''[^']*)*'(?!') | _[A-Za-z0-9][A-Za-z0-9:.\-_]*'[^']*(?:''[^']*)*' )
    | (?P<quoted>   `(?:[^`\r\n]|``)+`(?!`) | [uU]&"[^"\r\n]*(?:""[^"\r\n]*)*" )
    | (?P<double>   "[^"\r\n]*"? )
    | (?P<variable> \$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\} | \$?\$\{ )
    | (?P<word>     (?:[^\W\d]|\$) (?:\w|\$(?!\$?\{))* )
    | (?P<number>   (?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)? )
    | (?P<operator> /\*\+ | \*/ | <> | <= | >= | != | => | -> | \|\| | \.\. | /(?!\*) | [^'`/] )
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A piece of SQL text.

    Attributes:
        kind: ``comment``, ``escaped`` (text with C escapes), ``string``, ``quoted`` (a name in backticks),
            ``double`` (text in double quotes, which Flink refuses), ``variable`` (also a ``${`` without its
            end), ``word``, ``number`` or ``operator`` (all else, ``;`` included).
        text: as written.
        start: index of its first character in the text that was lexed.
    """

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Index behind its last character."""
        return self.start + len(self.text)

    @property
    def keyword(self) -> str:
        """A word in upper case; empty for every other token, quoted names included."""
        return self.text.upper() if self.kind == "word" else ""


def lex(text: str, file: str = "<text>") -> tuple[Token, ...]:
    """Split ``text`` into tokens; between them stand blanks only.

    Args:
        text: Flink SQL, before or after substitution.
        file: its name in errors.

    Raises:
        UnterminatedString: a ``'`` without its end.
        UnterminatedName: a backtick without its end on the same line.
        UnterminatedComment: a ``/*`` without its end.
    """
    return tuple(tokens(text, lambda index: span_at(text, index, file)))


def tokens(text: str, place: Callable[[int], Span]) -> Iterator[Token]:
    """Yield the tokens of ``text``, as ``lex`` does; ``place`` gives the place of an index, for errors."""
    start = 0
    while start < len(text):
        match = _TOKEN.match(text, start)
        if match is None:
            raise _unterminated(text[start], place(start))
        kind = str(match.lastgroup)
        if kind != "blank":
            yield Token(kind, match.group(), start)
        start = match.end()


def _unterminated(opening: str, span: Span) -> ProjectError:
    if opening == "'":
        return UnterminatedString(span)
    return UnterminatedName(span) if opening == "`" else UnterminatedComment(span)
