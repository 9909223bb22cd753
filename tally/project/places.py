"""Places in a file: from an index of the text that Flink gets back to line and column of the file."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from tally.errors import Span

# Flink's parser ends a line at each of these, also inside a string.
_LINE_END = re.compile(r"\r\n|\r|\n")


def span_at(text: str, index: int, file: str) -> Span:
    """Return line and column, both from 1, of ``text[index]``; a column is one character."""
    return _span(_line_starts(text), index, file)


def index_at(text: str, line: int, column: int) -> int:
    """Return the index of the character that Flink means by ``line`` and ``column``.

    Flink counts a column for each UTF-16 unit, a tab being one. A place outside of the text, such as its end,
    gives the nearest index.
    """
    starts = _line_starts(text)
    if line > len(starts):
        return len(text)
    start = starts[max(line, 1) - 1]
    end = starts[line] - 1 if 0 < line < len(starts) else len(text)
    units = 1
    for index in range(start, end):
        units += 2 if ord(text[index]) > 0xFFFF else 1
        if units > column:
            return index
    return end


@dataclass(frozen=True)
class Piece:
    """A run of characters of the substituted text.

    Attributes:
        start: index of its first character in the substituted text.
        origin: index in the file of that character, or of the ``${`` that the whole run stands for.
        copied: whether its characters stand in the file one by one.
    """

    start: int
    origin: int
    copied: bool


@dataclass(frozen=True)
class SourceText:
    """The text of a file after substitution, which knows where each character comes from.

    Attributes:
        file: its name, relative to the project.
        written: what stands in the file.
        text: the same after substitution.
        pieces: runs of ``text``, by their start; the first starts at 0.
    """

    file: str
    written: str
    text: str
    pieces: tuple[Piece, ...]

    def span(self, index: int) -> Span:
        """Return the place in the file of ``text[index]``; for a substituted value that of its ``${``."""
        return _span(self._lines, self._origin(index), self.file)

    def written_between(self, start: int, end: int) -> str:
        """Return what stands in the file for ``text[start:end]``: a variable as its name, not as its value."""
        stop = self._origin(end) if end < len(self.text) else len(self.written)
        return self.written[self._origin(start) : stop]

    def _origin(self, index: int) -> int:
        at = bisect_right(self.pieces, index, key=lambda piece: piece.start) - 1
        piece = self.pieces[at]
        return piece.origin + (index - piece.start if piece.copied else 0)

    @cached_property
    def _lines(self) -> list[int]:
        return _line_starts(self.written)


def _span(line_starts: list[int], index: int, file: str) -> Span:
    line = bisect_right(line_starts, index)
    return Span(file, line, index - line_starts[line - 1] + 1)


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in _LINE_END.finditer(text))]
