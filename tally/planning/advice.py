"""Flink's longer complaints, each made one line and a hint."""

from __future__ import annotations

import re

from tally.errors import nearest_hint
from tally.planning.limits import limit
from tally.planning.sessions import USAGE

_FACTORY = re.compile(
    r"Could not find any factory for identifier '(.*)' that implements '[\w.]*?(\w+)'.*"
    r"Available factory identifiers are:\s+(.*)",
    re.DOTALL,
)
_OPTIONS = re.compile(
    r"Unsupported options found for '(.*)'\.\s+Unsupported options:\s+(.*?)\s+Supported options:\s+(.*)",
    re.DOTALL,
)
# What Flink says of a call, and what is meant.
_OF_CALLS = {
    # PARTITION BY (a, b), which Flink writes without its parentheses where it expands a query.
    "SqlIdentifier cannot be cast to class org.apache.calcite.sql.SqlCall": (
        "PARTITION BY of a table that a function takes can be one column only",
        "compute one: (SELECT *, a || '/' || b AS ab FROM events) PARTITION BY ab",
    ),
    "DEFAULT is only allowed for optional parameters": (
        "an argument of the function is missing",
        f"name all that it needs: {USAGE}",
    ),
}
_SAME_CALL = re.compile(r"Duplicate unique identifier '(.*?)' detected among process table functions")
_MISSING = re.compile(
    r"One or more required options are missing\.\s+Missing required options are:\s+(.*)", re.DOTALL
)
# tally's own connectors put what to do behind a semicolon.
_OURS = re.compile(r"([^\n]+); ((?:use|name|set) [^\n]+)")


def shortened(reason: str) -> tuple[str, str | None]:
    """Return one line that says what is wrong, and a hint where the complaint holds what is legal."""
    if found := _FACTORY.search(reason):
        kind = "connector" if found[2] == "DynamicTableFactory" else "format"
        legal = found[3].split()
        return f"unknown {kind} '{found[1]}'", nearest_hint(found[1], legal)
    if found := _OPTIONS.search(reason):
        wrong, legal = found[2].split(), found[3].split()
        return f"unknown option '{wrong[0]}' of connector '{found[1]}'", nearest_hint(wrong[0], legal)
    if found := _MISSING.search(reason):
        names = ", ".join(f"'{name}'" for name in found[1].split())
        return f"options missing: {names}", f"write {names} in the WITH clause"
    if meant := _of_call(reason) or limit(reason):
        return meant
    if found := _OURS.fullmatch(reason.strip()):
        return found[1], found[2]
    lines = reason.strip().splitlines()
    return (lines[0].removeprefix("SQL validation failed. ").rstrip(".") if lines else "?"), None


def _of_call(reason: str) -> tuple[str, str] | None:
    if found := _SAME_CALL.search(reason):
        said = f"two calls of one job are named '{found[1]}'"
        return said, "name each: SESSIONS(..., uid => 'user_sessions')"
    return next((meant for text, meant in _OF_CALLS.items() if text in reason), None)
