"""Dead letters as text and as JSON."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from tally.serving.values import show_moment

if TYPE_CHECKING:
    from tally.serving.dead_letters import DeadLetter
    from tally.serving.dead_selection import Passed
    from tally.serving.dead_summary import DeadSummary, Died

_SHORT = 80
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def show_text(source: str, summary: DeadSummary, *, whole: bool) -> Iterator[str]:
    """Yield lines: the number, the reasons, examples.

    Args:
        source: its name.
        summary: of its dead letters.
        whole: whether examples have all of their payload.
    """
    if summary.letters:
        yield f"source '{source}' has {_count(summary.letters, 'dead letter')} on {', '.join(summary.topics)}"
        yield from _reasons(summary)
    elif summary.passed.unselected:
        yield f"source '{source}' has no such dead letters"
    else:
        yield f"source '{source}' has no dead letters"
    yield from passed_over(summary.passed)
    for reason, died in summary.reasons.items():
        if died.samples:
            yield from ("", _newest(reason, died))
        for letter in died.samples:
            yield from _example(letter, None if whole else _SHORT)


def passed_over(passed: Passed) -> Iterator[str]:
    """Yield a line for each kind of record that was passed over."""
    if passed.duplicates:
        yield f"counted once: {_count(passed.duplicates, 'further record')} of the same originals"
    if passed.unselected:
        yield f"left out: {_count(passed.unselected, 'dead letter')} of other reasons or times"
    for table, number in sorted(passed.other_tables.items()):
        yield f"left out: {_count(number, 'dead letter')} of source '{printable(table.encode(), None)}'"
    if passed.foreign:
        yield f"left out: {_count(passed.foreign, 'record')} without the headers of a dead letter"


def show_json(source: str, summary: DeadSummary) -> str:
    """Return a summary as a JSON object."""
    passed = summary.passed
    shown = {
        "source": source,
        "topics": list(summary.topics),
        "dead_letters": summary.letters,
        "duplicates": passed.duplicates,
        "left_out": {
            "unselected": passed.unselected,
            "other_sources": dict(sorted(passed.other_tables.items())),
            "not_dead_letters": passed.foreign,
        },
        "reasons": [
            {
                "reason": reason,
                "dead_letters": died.letters,
                "samples": [_json_letter(letter) for letter in died.samples],
            }
            for reason, died in summary.reasons.items()
        ],
    }
    return json.dumps(shown, ensure_ascii=False, indent=2)


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


def _reasons(summary: DeadSummary) -> Iterator[str]:
    from tally.serving.dead_letters import REASONS  # noqa: PLC0415

    numbers = max(len(f"{died.letters:,}") for died in summary.reasons.values())
    names = max(map(len, summary.reasons))
    for reason, died in summary.reasons.items():
        yield f"  {died.letters:>{numbers},}  {reason:<{names}}  {REASONS.get(reason, '')}".rstrip()


def _newest(reason: str, died: Died) -> str:
    return f"{reason}: " + ("all" if len(died.samples) == died.letters else f"the newest {len(died.samples)}")


def _example(letter: DeadLetter, most: int | None) -> Iterator[str]:
    place = letter.place
    yield (
        f"  {place.topic} partition {place.partition} offset {place.offset}  {_time(letter) or 'without a time'}"
    )
    yield f"    {printable(letter.error.encode(), None)}"
    if letter.key is not None:
        yield f"    key {printable(letter.key, most)}"
    yield f"    {printable(letter.value, most)}"


def _time(letter: DeadLetter) -> str | None:
    if letter.timestamp is None:
        return None
    try:
        return show_moment(_EPOCH + timedelta(milliseconds=letter.timestamp))
    except OverflowError:
        return f"{letter.timestamp} ms"  # behind the year 9999


def _json_letter(letter: DeadLetter) -> dict[str, Any]:
    place = letter.place
    return {
        "topic": place.topic,
        "partition": place.partition,
        "offset": place.offset,
        "timestamp": letter.timestamp,
        "time": _time(letter),
        "error": letter.error,
        **_json_bytes("key", letter.key),
        **_json_bytes("value", letter.value),
        "headers": [{"name": name, **_json_bytes("value", value)} for name, value in letter.headers],
    }


def _json_bytes(name: str, payload: bytes | None) -> dict[str, str | None]:
    """Return bytes as text to look at, and in base64, which is exact."""
    if payload is None:
        return {name: None, f"{name}_base64": None}
    return {
        name: payload.decode(errors="backslashreplace"),
        f"{name}_base64": base64.b64encode(payload).decode(),
    }


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
