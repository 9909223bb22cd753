"""Flink's longer complaints, each made one line and a hint."""

from __future__ import annotations

import re

from tally.errors import nearest_hint

_FACTORY = re.compile(
    r"Could not find any factory for identifier '(.*)' that implements '[\w.]*?(\w+)'.*"
    r"Available factory identifiers are:\s+(.*)",
    re.DOTALL,
)
_OPTIONS = re.compile(
    r"Unsupported options found for '(.*)'\.\s+Unsupported options:\s+(.*?)\s+Supported options:\s+(.*)",
    re.DOTALL,
)
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
    if found := _OURS.fullmatch(reason.strip()):
        return found[1], found[2]
    lines = reason.strip().splitlines()
    return (lines[0].removeprefix("SQL validation failed. ").rstrip(".") if lines else "?"), None
