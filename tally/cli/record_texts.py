"""What texts about records of Kafka share: their bytes, numbers, times and places."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from tally.serving.values import show_moment

if TYPE_CHECKING:
    from tally.serving.dead_letters import Place

SHORT = 80
"""Characters of a payload that is not shown whole."""
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def printable(payload: bytes | None, most: int | None) -> str:
    """Return bytes as one line of text: what is not UTF-8, or would not just be seen on a terminal, is escaped.

    Args:
        payload: the bytes; ``null`` and ``(empty)`` stand for none.
        most: characters, or None for all.
    """
    if not payload:
        return "null" if payload is None else "(empty)"
    # No character has more than 4 bytes: nobody decodes a megabyte to show a line of it.
    text = (payload if most is None else payload[: most * 4]).decode(errors="backslashreplace")
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    return shown if most is None or len(shown) <= most else f"{shown[:most]}..."


def json_bytes(name: str, payload: bytes | None) -> dict[str, str | None]:
    """Return bytes as text to look at, and in base64, which is exact."""
    if payload is None:
        return {name: None, f"{name}_base64": None}
    return {
        name: payload.decode(errors="backslashreplace"),
        f"{name}_base64": base64.b64encode(payload).decode(),
    }


def count(number: int, thing: str) -> str:
    """Return a number of things: ``1 record``, ``1,000 records``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def time_of(milliseconds: int) -> str:
    """Return the time of epoch milliseconds; as their number where the year is none of 1 to 9999."""
    try:
        return show_moment(_EPOCH + timedelta(milliseconds=milliseconds))
    except OverflowError:
        return f"{milliseconds} ms"


def place_text(place: Place) -> str:
    """Return where a record stands: ``orders partition 3 offset 12``."""
    return f"{place.topic} partition {place.partition} offset {place.offset}"


def held_back(topic: str) -> str:
    """Return a line for a topic with a transaction that is open."""
    return (
        f"not read: what stands behind an open transaction on {topic}; "
        "the next checkpoint of its job commits it, or Kafka ends it"
    )


def left_out(other_tables: Mapping[str, int], foreign: int, thing: str) -> Iterator[str]:
    """Yield a line for the things of each other source, and one for records that are no such thing."""
    for table, number in sorted(other_tables.items()):
        yield f"left out: {count(number, thing)} of source '{printable(table.encode(), None)}'"
    if foreign:
        yield f"left out: {count(foreign, 'record')} without the headers of a {thing}"
