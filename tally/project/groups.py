"""Tokens -> one group of tokens for each statement."""

from __future__ import annotations

from collections.abc import Iterator

from tally.errors import ProjectError
from tally.project.lexer import Token, tokens
from tally.project.places import SourceText
from tally.project.text_errors import DoubleQuotes, UnterminatedComment, UnterminatedStatementSet

_SET_BEGINS = ["STATEMENT", "SET", "BEGIN"]
_SET_ENDS = ([";", "END"], ["BEGIN", "END"])


class Group:
    """The tokens of one statement, as far as they are read.

    Attributes:
        tokens: all of them, the comments before the statement included, without the ``;`` that ends it.
        code: those that are no comments.
    """

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.code: list[Token] = []
        self._hint: Token | None = None
        self._in_set = False

    def add(self, token: Token) -> None:
        """Take the next token."""
        self.tokens.append(token)
        if token.kind == "comment":
            return
        self.code.append(token)
        if token.text in ("/*+", "*/"):
            self._hint = token if token.text == "/*+" else None
        self._in_set = self._in_set or self._last_words(3) == _SET_BEGINS

    def may_end(self, source: SourceText) -> bool:
        """Whether a ``;``, or the end of the file, ends the statement here, and not only one of a statement set.

        Raises:
            UnterminatedComment: a hint is open.
        """
        if self._hint:
            raise UnterminatedComment(source.span(self._hint.start))
        return not self._in_set or self._last_words(2) in _SET_ENDS

    def open_set(self, source: SourceText) -> ProjectError:
        """Return the error for a statement set that nothing ends."""
        return UnterminatedStatementSet(source.span(self.code[0].start))

    def _last_words(self, count: int) -> list[str]:
        return [token.keyword or token.text for token in self.code[-count:]]


def groups(source: SourceText) -> Iterator[Group]:
    """Yield the tokens of each statement; a group without code stands for an empty one.

    Raises:
        DoubleQuotes: text in double quotes, wherever it stands.
        UnterminatedComment: a hint without its end.
        UnterminatedStatementSet: no ``END`` after the last ``;``.
    """
    group = Group()
    for token in tokens(source.text, source.span):
        if token.kind == "double":
            raise DoubleQuotes(token.text, source.span(token.start))
        if token.text == ";" and group.may_end(source):
            yield group
            group = Group()
        else:
            group.add(token)
    if not group.may_end(source):
        raise group.open_set(source)
    yield group
