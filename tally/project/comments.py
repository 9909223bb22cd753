"""The comment directly above a statement: for an aggregate, the question that it answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from tally.project.lexer import Token

_LINE_MARK = re.compile(r"(?:-+|/{2,})[ \t]?")
_BLOCK_MARKS = re.compile(r"\A/\*+|\*+/\Z")
_BLOCK_LINE_MARK = re.compile(r"^[ \t]*\*?[ \t]?", re.MULTILINE)


def comment_above(text: str, group: Sequence[Token]) -> str:
    """Return the comment directly above a statement, without its marks.

    Args:
        text: that the tokens come from.
        group: tokens of the statement, the comments before it included.

    Returns:
        The lines that end right above the statement: no blank line between, and nothing else on them.
        Empty where there are none.
    """
    comments = list(takewhile(lambda token: token.kind == "comment", group))
    below = group[len(comments)]
    above: list[str] = []
    for comment in reversed(comments):
        if text.count("\n", comment.end, below.start) > 1 or not _begins_line(text, comment):
            break
        above.insert(0, _bare(comment.text))
        below = comment
    return "\n".join(above).strip()


def _begins_line(text: str, token: Token) -> bool:
    line_start = text.rfind("\n", 0, token.start) + 1
    return not text[line_start : token.start].strip()


def _bare(comment: str) -> str:
    if not comment.startswith("/*"):
        return _LINE_MARK.sub("", comment, count=1).rstrip()
    inner = _BLOCK_MARKS.sub("", comment)
    return _BLOCK_LINE_MARK.sub("", inner).strip()
