"""Flink's complaints -> tally's errors, with the place in the user's file.

Flink words its errors for programs; the patterns below are the texts of Flink 2.3, each held by a test.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tally.errors import Span, TallyError
from tally.planning.advice import shortened
from tally.planning.environment import java_causes
from tally.planning.errors import SqlSyntaxError, SqlValidationError

_JAVAS_OWN = {"NumberFormatException", "NullPointerException", "ClassCastException"}

At = Callable[[int, int], Span]

_POSITION = re.compile(r"(?:From|At) line (\d+), column (\d+)(?: to line \d+, column \d+)?: (.*)", re.DOTALL)
_POSITION_LAST = re.compile(r"(.*) at line (\d+), column (\d+)\.?$", re.DOTALL)
_ENCOUNTERED = re.compile(r"(.*?) at line (\d+), column (\d+)\.?\s*(?:Was expecting.*?:\s*(.*))?$", re.DOTALL)
_LEXICAL = re.compile(
    r"Lexical error at line (\d+), column (\d+)\.\s+Encountered: \"(.*?)\" \(\d+\)", re.DOTALL
)
_MISSING_TABLE = re.compile(r"Object '([^']+)' not found|Cannot find table '([^']+)' in any of the catalogs")
_MISSING_PATH = re.compile(
    r"Table `?([^`\s]+)`? was not found|The table (?:name )?'?`?([^`'\s]+)`?'? (?:was not|does not)"
)
_MISSING_FUNCTION = re.compile(r"No match found for function signature (\w+\(.*\))")
_TABLE_ARGUMENT = re.compile(r"<RecordType\([^<>]*>")
_NULLABLE_KEY = re.compile(r"Invalid primary key '.*'\. Column '(.*)' is nullable")


@dataclass(frozen=True)
class Complaint:
    """What Flink said, sorted out.

    Attributes:
        missing_table: a table or view that is not registered yet.
        missing_function: name of a function that is not registered yet.
        nullable_key: a key column that can be NULL.
        error: what to raise when nothing above can be mended.
    """

    error: TallyError
    missing_table: str | None = None
    missing_function: str | None = None
    nullable_key: str | None = None


def complaint(error: Exception, at: At, start: Span) -> Complaint | None:
    """Sort out an error of Flink's parser, validator or planner.

    Args:
        error: what was raised.
        at: maps Flink's line and column to the file.
        start: where the statement begins, for errors without a position.

    Returns:
        The complaint, or None when the error is not Flink's about the statement.
    """
    causes = java_causes(error)
    if not causes:
        return None
    if any(name in {"SqlParserException", "SqlParseException"} for name, _ in causes):
        return Complaint(_syntax_error(causes, at, start))
    span, reason = _located(causes, at, start)
    everything = "\n".join(text for _, text in causes)
    if found := _MISSING_FUNCTION.search(everything):
        signature = _TABLE_ARGUMENT.sub("<TABLE>", found[1])
        return Complaint(_validation(found[0], span), missing_function=signature)
    if found := _MISSING_TABLE.search(everything) or _MISSING_PATH.search(everything):
        return Complaint(_validation(reason, span), missing_table=next(filter(None, found.groups())))
    if found := _NULLABLE_KEY.search(everything):
        return Complaint(_validation(reason, start), nullable_key=found[1])
    return Complaint(_validation(reason, span))


def _validation(reason: str, span: Span) -> TallyError:
    said, advice = shortened(reason)
    return SqlValidationError(said, span, advice)


def _located(causes: list[tuple[str, str]], at: At, start: Span) -> tuple[Span, str]:
    for _, text in causes:
        if found := _POSITION.search(text):
            return at(int(found[1]), int(found[2])), found[3]
        if found := _POSITION_LAST.search(text):
            return at(int(found[2]), int(found[3])), found[1]
    # The innermost cause tells most, unless it is one of Java's own.
    told = [text for name, text in causes if name not in _JAVAS_OWN]
    return start, (told or [text for _, text in causes])[-1]


def _syntax_error(causes: list[tuple[str, str]], at: At, start: Span) -> TallyError:
    said = causes[0][1].removeprefix("SQL parse failed. ")
    if lexical := _LEXICAL.search(said):
        odd = f"'{lexical[3]}'" if lexical[3].strip("\\nrt ") else "what is before this"
        return SqlSyntaxError(f"{odd} has no meaning here", at(int(lexical[1]), int(lexical[2])))
    found = _ENCOUNTERED.search(said)
    if not found:
        span, reason = _located(causes, at, start)
        return SqlSyntaxError(shortened(reason.removeprefix("SQL parse failed. "))[0], span)
    expecting = re.findall(r'^\s*("[^"\n]+"|<[A-Z_]+>)', found[4] or "", re.MULTILINE)
    words = tuple(dict.fromkeys(word.strip('"') for word in expecting))
    return SqlSyntaxError(shortened(found[1])[0].lower(), at(int(found[2]), int(found[3])), words)
