"""Values as text: key values read by their Flink type, moments and durations, and rows as JSON.

``read_value("2013-01-01T05:00", "TIMESTAMP(3)")`` gives an aware UTC datetime. Times without an offset are UTC.
"""

from __future__ import annotations

import base64
import json
import math
import re
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from decimal import Context, Decimal, InvalidOperation
from itertools import chain, repeat
from typing import Any

from tally.serving.flink_types import FlinkType, parse_type

_INTEGER_BITS = {"TINYINT": 8, "SMALLINT": 16, "INT": 32, "BIGINT": 64}
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d(?::\d\d(?::\d\d)?)?)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)?)?", re.ASCII
)
_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_DURATION = re.compile(r"(\d+)\s*(ms|min|s|m|h|d|w)\s*", re.ASCII)
_WIDE = Context(prec=76)  # twice the digits of Flink's widest DECIMAL
MOMENT_EXPECTED = "a time in ISO 8601, UTC unless it has an offset, e.g. 2013-01-01T05:00:00Z"
DURATION_EXPECTED = "a duration of weeks, days, hours, minutes and seconds, e.g. 2h, 90min or 1d 12h"


def read_value(text: str, flink_type: str) -> object:
    """Read a value of a Flink type from text.

    Returns:
        bool, int, float, Decimal of the type's scale, str, bytes (from base64), date, time, or aware UTC datetime.

    Raises:
        ValueError: the text is no value of the type; its message says what is expected, with an example.
    """
    parsed = parse_type(flink_type)
    reader, expected = _reader(parsed)
    try:
        return reader(text)
    except (ValueError, OverflowError, InvalidOperation) as error:
        raise ValueError(f"{expected} ({flink_type})") from error


def read_moment(text: str) -> datetime:
    """Read an ISO 8601 time: ``2013-01-01``, ``2013-01-01T05:00``, ``2013-01-01 05:00:00.250+02:00``.

    Returns:
        An aware datetime in UTC; text without an offset is UTC.

    Raises:
        ValueError: the text is no such time.
    """
    match = _MOMENT.fullmatch(text.strip())
    if not match:
        raise ValueError(text)
    day, clock, fraction, offset = match.groups()
    if fraction and (clock is None or len(clock) < 8):
        raise ValueError(text)
    zone = "+00:00" if offset in (None, "Z") else offset
    moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}{zone}")
    moment += timedelta(microseconds=int((fraction or "0").ljust(6, "0")))
    try:
        return moment.astimezone(timezone.utc)
    except OverflowError as error:
        raise ValueError(text) from error


def read_duration(text: str) -> timedelta:
    """Read a duration: ``2h``, ``90 min``, ``1d 12h``.

    Raises:
        ValueError: the text is no duration, or it is zero.
    """
    stripped = text.strip()
    parts = _DURATION.findall(stripped)
    if not parts or _DURATION.sub("", stripped):
        raise ValueError(text)
    duration = sum((int(number) * _UNITS[unit] for number, unit in parts), timedelta())
    if not duration:
        raise ValueError(text)
    return duration


def show_duration(milliseconds: int) -> str:
    """Return a duration that is not negative as ``read_duration`` reads it: ``1 d 12 h``; ``0 ms`` for none."""
    parts = []
    for unit in ("d", "h", "min", "s", "ms"):
        number, milliseconds = divmod(milliseconds, _UNITS[unit] // _UNITS["ms"])
        if number:
            parts.append(f"{number} {unit}")
    return " ".join(parts) or "0 ms"


def show_moment(moment: datetime) -> str:
    """Return a moment as ISO 8601 in UTC with milliseconds: ``2013-01-01T05:00:00.000Z``."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def rows_to_json(
    columns: Sequence[str], rows: Iterable[Sequence[object]], marks: Iterable[Mapping[str, object]] = ()
) -> str:
    """Return rows as a JSON list with one object a line, columns in their order, each row's mark behind them.

    DECIMAL is a string with all its digits, since JSON readers make floats of numbers; BIGINT is a number.
    Times are ISO 8601: timestamps in UTC with milliseconds and Z. Bytes are base64, as in Flink's JSON.
    NaN and the infinities, which JSON has no numbers for, are "NaN", "Infinity" and "-Infinity", as in Flink's JSON.
    """
    lines = [
        json.dumps(
            dict(zip(columns, map(to_json, row), strict=True)) | dict(mark),
            ensure_ascii=False,
            allow_nan=False,
        )
        for row, mark in zip(rows, chain(marks, repeat({})), strict=False)
    ]
    return "[\n  " + ",\n  ".join(lines) + "\n]" if lines else "[]"


def to_json(value: object) -> object:
    """Return a value as JSON has it; see ``rows_to_json``."""
    if isinstance(value, float) and not math.isfinite(value):
        return _no_number(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, list):
        return [to_json(element) for element in value]
    if isinstance(value, Mapping):
        return {_text(to_json(key)): to_json(element) for key, element in value.items()}
    return show(value) if isinstance(value, Decimal | datetime | date | time) else value


def show(value: object) -> str:
    """Return a value as text that ``read_value`` reads again, collections as JSON, null as nothing."""
    if isinstance(value, float) and not math.isfinite(value):
        return _no_number(value)
    shown = (write(value) for kind, write in _WRITERS if isinstance(value, kind))
    return next(shown, "" if value is None else str(value))


def _no_number(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _reader(parsed: FlinkType) -> tuple[Callable[[str], object], str]:
    if parsed.root in _INTEGER_BITS:
        limit = 2 ** (_INTEGER_BITS[parsed.root] - 1)
        return lambda text: _integer(text, limit), f"a whole number from {-limit} to {limit - 1}"
    if parsed.root == "DECIMAL":
        return (
            lambda text: _decimal(text, parsed),
            f"a number of at most {parsed.argument(0, 10)} digits, {parsed.scale} of them after the point",
        )
    return _READERS.get(parsed.root, (_refuse, "no value: columns of this type cannot be filtered"))


def _integer(text: str, limit: int) -> int:
    value = int(text)
    if not -limit <= value < limit:
        raise ValueError(text)
    return value


def _decimal(text: str, parsed: FlinkType) -> Decimal:
    """Return the number at the type's scale: Cassandra tells 1.5 from 1.50 in a partition key."""
    value = Decimal(text)
    scaled = value.quantize(Decimal(1).scaleb(-parsed.scale), context=_WIDE)
    if scaled != value or len(scaled.as_tuple().digits) > parsed.argument(0, 10):
        raise ValueError(text)
    return scaled


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _float(text: str) -> float:
    """Return the number as 32 bits hold it, for it is compared with what is served."""
    return float(struct.unpack("<f", struct.pack("<f", float(text)))[0])


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _refuse(text: str) -> object:
    raise ValueError(text)


_READERS: dict[str, tuple[Callable[[str], object], str]] = {
    "BOOLEAN": (_boolean, "true or false"),
    "FLOAT": (_float, "a number, e.g. 1.5"),
    "DOUBLE": (float, "a number, e.g. 1.5"),
    "CHAR": (str, "text"),
    "VARCHAR": (str, "text"),
    "BINARY": (_bytes, "bytes in base64, e.g. AQI="),
    "VARBINARY": (_bytes, "bytes in base64, e.g. AQI="),
    "DATE": (date.fromisoformat, "a date, e.g. 2013-01-31"),
    "TIME": (time.fromisoformat, "a time of day, e.g. 05:30:00"),
    "TIMESTAMP": (read_moment, MOMENT_EXPECTED),
    "TIMESTAMP_LTZ": (read_moment, MOMENT_EXPECTED),
}

# The first that fits holds: a datetime is a date too.
_WRITERS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (datetime, show_moment),
    (date, date.isoformat),
    (time, lambda value: value.isoformat(timespec="milliseconds")),
    (Decimal, lambda value: f"{value:f}"),
    (bool, lambda value: str(value).lower()),
    (bytes, lambda value: _text(to_json(value))),
    (list, lambda value: _text(to_json(value))),
    (Mapping, lambda value: _text(to_json(value))),
)
