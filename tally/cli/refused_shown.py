"""Refused rows as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tally.cli.record_texts import SHORT, count, held_back, json_bytes, printable, time_of

if TYPE_CHECKING:
    from tally.serving.refused_rows import RefusedRow
    from tally.serving.refused_summary import RefusedBy, RefusedSummary

_REASON = 4 * SHORT


def show_text(aggregate: str, summary: RefusedSummary, *, whole: bool) -> Iterator[str]:
    """Yield lines: the number, by the sinks that cannot hold the rows, examples.

    Args:
        aggregate: its name.
        summary: of its refused rows.
        whole: whether examples have all of their columns.
    """
    if summary.rows:
        yield f"aggregate '{aggregate}' has {count(summary.rows, 'refused row')} on {summary.topic}"
        digits = max(len(f"{one.rows:,}") for one in summary.by_sinks.values())
        for sinks, one in summary.by_sinks.items():
            yield f"  {one.rows:>{digits},}  {_shown(sinks)}"
    else:
        yield f"aggregate '{aggregate}' has no refused rows"
    for other, number in sorted(summary.others.items()):
        yield f"left out: {count(number, 'refused row')} of aggregate '{_shown(other)}'"
    if summary.foreign:
        yield f"left out: {count(summary.foreign, 'record')} without the headers of a refused row"
    if summary.topic and summary.is_held:
        yield held_back(summary.topic)
    for sinks, one in summary.by_sinks.items():
        yield from ("", _newest(sinks, one))
        for row in one.samples:
            yield from _example(row, None if whole else SHORT)


def show_json(aggregate: str, summary: RefusedSummary) -> str:
    """Return a summary as a JSON object."""
    shown = {
        "aggregate": aggregate,
        "topics": [summary.topic] if summary.topic else [],
        "refused_rows": summary.rows,
        "left_out": {
            "other_aggregates": dict(sorted(summary.others.items())),
            "not_refused_rows": summary.foreign,
        },
        "refused_by": [
            {
                "sinks": sinks.split(", "),
                "refused_rows": one.rows,
                "samples": [_json_row(row) for row in one.samples],
            }
            for sinks, one in summary.by_sinks.items()
        ],
        "held_back": [summary.topic] if summary.is_held else [],
    }
    return json.dumps(shown, ensure_ascii=False, indent=2)


def _newest(sinks: str, one: RefusedBy) -> str:
    number = len(one.samples)
    return f"{_shown(sinks)}: " + ("all" if number == one.rows else f"the newest {number}")


def _example(row: RefusedRow, most: int | None) -> Iterator[str]:
    instead = "its key was deleted" if row.deleted else "no sink can hold a row of its key"
    yield f"  {time_of(row.time)}  key {printable(row.key, most)}: {instead}"
    yield f"    {printable(row.reason.encode(), None if most is None else _REASON)}"
    cut = "" if row.size == len(row.value) else f" (the beginning of {row.size:,} bytes)"
    yield f"    {printable(row.value, most)}{cut}"


def _shown(text: str) -> str:
    return printable(text.encode(), None)


def _json_row(row: RefusedRow) -> dict[str, Any]:
    return {
        "time": time_of(row.time),
        "reason": row.reason,
        "deleted": row.deleted,
        "size": row.size,
        **json_bytes("key", row.key),
        **json_bytes("value", row.value),
    }
