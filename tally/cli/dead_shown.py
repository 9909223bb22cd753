"""Dead letters as text and as JSON."""

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

if TYPE_CHECKING:
    from tally.serving.dead_letters import DeadLetter
    from tally.serving.dead_selection import Passed
    from tally.serving.dead_summary import DeadSummary, Died


def show_text(source: str, summary: DeadSummary, *, whole: bool) -> Iterator[str]:
    """Yield lines: the number, the reasons, examples.

    Args:
        source: its name.
        summary: of its dead letters.
        whole: whether examples have all of their payload.
    """
    if summary.letters:
        yield f"source '{source}' has {count(summary.letters, 'dead letter')} on {', '.join(summary.topics)}"
        yield from _reasons(summary)
    elif summary.passed.unselected:
        yield f"source '{source}' has no such dead letters"
    else:
        yield f"source '{source}' has no dead letters"
    yield from passed_over(summary.passed)
    yield from map(held_back, summary.held)
    for reason, died in summary.reasons.items():
        if died.samples:
            yield from ("", _newest(reason, died))
        for letter in died.samples:
            yield from _example(letter, None if whole else SHORT)


def passed_over(passed: Passed) -> Iterator[str]:
    """Yield a line for each kind of record that was passed over."""
    if passed.duplicates:
        yield f"counted once: {count(passed.duplicates, 'further record')} of the same originals"
    if passed.unselected:
        yield f"left out: {count(passed.unselected, 'dead letter')} of other reasons or times"
    yield from left_out(passed.other_tables, passed.foreign, "dead letter")


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
        "held_back": list(summary.held),
    }
    return json.dumps(shown, ensure_ascii=False, indent=2)


def _reasons(summary: DeadSummary) -> Iterator[str]:
    from tally.serving.dead_letters import REASONS  # noqa: PLC0415

    numbers = max(len(f"{died.letters:,}") for died in summary.reasons.values())
    names = max(map(len, summary.reasons))
    for reason, died in summary.reasons.items():
        yield f"  {died.letters:>{numbers},}  {reason:<{names}}  {REASONS.get(reason, '')}".rstrip()


def _newest(reason: str, died: Died) -> str:
    return f"{reason}: " + ("all" if len(died.samples) == died.letters else f"the newest {len(died.samples)}")


def _example(letter: DeadLetter, most: int | None) -> Iterator[str]:
    yield f"  {place_text(letter.place)}  {_time(letter) or 'without a time'}"
    yield f"    {printable(letter.error.encode(), None)}"
    if letter.key is not None:
        yield f"    key {printable(letter.key, most)}"
    yield f"    {printable(letter.value, most)}"


def _time(letter: DeadLetter) -> str | None:
    return None if letter.timestamp is None else time_of(letter.timestamp)


def _json_letter(letter: DeadLetter) -> dict[str, Any]:
    place = letter.place
    return {
        "topic": place.topic,
        "partition": place.partition,
        "offset": place.offset,
        "timestamp": letter.timestamp,
        "time": _time(letter),
        "error": letter.error,
        **json_bytes("key", letter.key),
        **json_bytes("value", letter.value),
        "headers": [{"name": name, **json_bytes("value", value)} for name, value in letter.headers],
    }
