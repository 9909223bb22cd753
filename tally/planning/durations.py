"""Widths of time as a compiled plan writes them: Java's ``Duration.toString``.

That is ISO 8601 but for the signs: ``PT-8H`` is eight hours back, ``PT-7H-30M`` half an hour less. Python's parsers
take one sign ahead of the whole.
"""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = (("DAY", timedelta(days=1)), ("HOUR", timedelta(hours=1)), ("MINUTE", timedelta(minutes=1)))
_WRITTEN = re.compile(r"PT(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d+(?:\.\d+)?)S)?")


def duration(text: str) -> timedelta:
    """Return the width of time that a compiled plan writes as ``text``.

    Raises:
        ValueError: it is none.
    """
    found = _WRITTEN.fullmatch(text)
    if not found:
        raise ValueError(f"not a duration of Java's: {text!r}")
    hours, minutes, seconds = (part or "0" for part in found.groups())
    return timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))


def interval(width: timedelta) -> str:
    """Return a width of time as SQL, in the largest unit that it is a whole number of: ``INTERVAL '90' MINUTE``."""
    for unit, one in _UNITS:
        if not width % one:
            return f"INTERVAL '{width // one}' {unit}"
    seconds, rest = divmod(width, timedelta(seconds=1))
    fraction = f".{rest.microseconds // 1000:03}".rstrip("0") if rest else ""
    return f"INTERVAL '{seconds}{fraction}' SECOND"
