"""Late rows as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tally.cli.record_texts import (
    SHORT,
    count,
    held_back,
    json_bytes,
    left_out,
    place_text,
    printable,
    time_of,
)
from tally.serving.values import show_duration

if TYPE_CHECKING:
    from tally.serving.late_rows import LateRow
    from tally.serving.late_summary import LateSummary, Missed, Range


def show_text(source: str, summary: LateSummary, *, whole: bool) -> Iterator[str]:
    """Yield lines: the number, what the rows are missing in, examples.

    Args:
        source: its name.
        summary: of its late rows.
        whole: whether examples have all of their columns.
    """
    if summary.rows:
        rows = count(summary.rows, "late row")
        yield f"source '{source}' has {rows} on {summary.topic}, counted by row and window"
        yield from _aggregates(summary)
    else:
        yield f"source '{source}' has no late rows"
    yield from left_out(summary.other_tables, summary.foreign, "late row")
    yield from map(held_back, _held(summary))
    for aggregate, missed in summary.missed.items():
        yield from ("", _newest(aggregate, missed))
        for row in missed.samples:
            yield from _example(row, None if whole else SHORT)


def show_json(source: str, summary: LateSummary) -> str:
    """Return a summary as a JSON object."""
    shown = {
        "source": source,
        "topics": [summary.topic] if summary.topic else [],
        "late_rows": summary.rows,
        "left_out": {
            "other_sources": dict(sorted(summary.other_tables.items())),
            "not_late_rows": summary.foreign,
        },
        "missing_in": [_json_missed(aggregate, missed) for aggregate, missed in summary.missed.items()],
        "held_back": _held(summary),
    }
    return json.dumps(shown, ensure_ascii=False, indent=2)


def _held(summary: LateSummary) -> list[str]:
    return [summary.topic] if summary.topic and summary.is_held else []


def _aggregates(summary: LateSummary) -> Iterator[str]:
    names = {aggregate: printable(aggregate.encode(), None) for aggregate in summary.missed}
    digits = max(len(f"{missed.rows:,}") for missed in summary.missed.values())
    width = max(map(len, names.values()))
    for aggregate, missed in summary.missed.items():
        yield f"  {missed.rows:>{digits},}  {names[aggregate]:<{width}}  {_lateness(missed)}"
        for what, moments in (("windows ending", missed.window_ends), ("event times", missed.event_times)):
            if moments:
                yield f"  {'':{digits}}  {'':{width}}  {what} {_moments(moments)}"


def _lateness(missed: Missed) -> str:
    least, greatest = min(missed.late_by), max(missed.late_by)
    if least == greatest:
        return f"late by {show_duration(least)}"
    median = show_duration(missed.median_late_by)
    return f"late by {show_duration(least)} to {show_duration(greatest)}, median {median}"


def _moments(moments: Range) -> str:
    first, last = time_of(moments.first), time_of(moments.last)
    return first if first == last else f"{first} to {last}"


def _newest(aggregate: str, missed: Missed) -> str:
    number = len(missed.samples)
    return f"{printable(aggregate.encode(), None)}: " + (
        "all" if number == missed.rows else f"the newest {number}"
    )


def _example(row: LateRow, most: int | None) -> Iterator[str]:
    place = f", {printable(place_text(row.place).encode(), None)}" if row.place else ""
    yield f"  {_closed(row)}  late by {show_duration(row.late_by)}"
    yield f"    watermark {time_of(row.watermark)}{place}"
    yield f"    {printable(row.value, most)}"


def _closed(row: LateRow) -> str:
    """Return what had closed when the row came."""
    if row.window_end is None:
        return f"event time {time_of(row.last)}"
    end = time_of(row.window_end)
    return (
        f"window ending {end}" if row.window_start is None else f"window {time_of(row.window_start)} to {end}"
    )


def _json_missed(aggregate: str, missed: Missed) -> dict[str, Any]:
    from tally.serving.late_rows import SEPARATOR  # noqa: PLC0415

    return {
        "aggregates": aggregate.split(SEPARATOR),
        "late_rows": missed.rows,
        "late_by_ms": {
            "least": min(missed.late_by),
            "median": missed.median_late_by,
            "greatest": max(missed.late_by),
        },
        "window_ends": _json_range(missed.window_ends),
        "event_times": _json_range(missed.event_times),
        "samples": [_json_row(row) for row in missed.samples],
    }


def _json_range(moments: Range | None) -> dict[str, str] | None:
    return {"first": time_of(moments.first), "last": time_of(moments.last)} if moments else None


def _json_row(row: LateRow) -> dict[str, Any]:
    place = row.place
    return {
        "topic": place and place.topic,
        "partition": place and place.partition,
        "offset": place and place.offset,
        "window_start": _json_time(row.window_start),
        "window_end": _json_time(row.window_end),
        "event_time": time_of(row.last) if row.window_end is None else None,
        "watermark": time_of(row.watermark),
        "late_by_ms": row.late_by,
        **json_bytes("value", row.value),
    }


def _json_time(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else time_of(milliseconds)
