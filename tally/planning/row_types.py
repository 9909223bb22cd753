"""Row types of a compiled plan: text, or an object where a field is more than text can say, as a time attribute."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from tally.planning.derived import fields_in


def types_of(row: Any) -> list[tuple[str, Any]]:
    """Return name and type of each field."""
    if not isinstance(row, str):
        return [(field["name"], field["fieldType"]) for field in row["fields"]]
    begins = [*fields_in(row), (row.rindex(">") + 2, "")]
    found = []
    for (begin, name), (end, _) in pairwise(begins):
        quoted = "`" + name.replace("`", "``") + "` "
        found.append((name, row[begin + len(quoted) : end - 2]))
    return found


def inserted(row: Any, at: int, name: str, type_: str) -> Any:
    """Return a row type with a field more at a place."""
    if not isinstance(row, str):
        fields = list(row["fields"])
        fields.insert(at, {"name": name, "fieldType": type_})
        return {**row, "fields": fields}
    begins = [begin for begin, _ in fields_in(row)]
    if at < len(begins):
        return f"{row[: begins[at]]}`{name}` {type_}, {row[begins[at] :]}"
    before, _, after = row.rpartition(">")
    return f"{before}, `{name}` {type_}>{after}"
