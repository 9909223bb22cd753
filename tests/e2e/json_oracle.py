"""What becomes of a JSON message by Python's own parser, made strict: it shares no code with tally's decoder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from math import isinf
from typing import Any

MAX_DEPTH = 6
MAX_SIZE = 600
UNDECODABLE, MISSING = "undecodable", "missing"
Row = tuple[Any, ...]


class Number(str):
    """The text of a number: Python would round it to a float."""


class Unfit(ValueError):
    """A message or a value is none that the table can have."""


class Absent(ValueError):
    """A column that is NOT NULL has no value."""


def judged(message: bytes | None) -> Row | str:
    """Return the row that a message makes, or the reason why it is a dead letter."""
    try:
        return _row(_parsed(message))
    except (Unfit, RecursionError):
        return UNDECODABLE
    except Absent:
        return MISSING


def _parsed(message: bytes | None) -> dict[str, Any]:
    if message is None or len(message) > MAX_SIZE:
        raise Unfit
    try:
        found = json.loads(
            message.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_refuse,
            parse_int=Number,
            parse_float=Number,
        )
    except ValueError as error:
        raise Unfit from error
    if not isinstance(found, dict) or _depth(found) > MAX_DEPTH:
        raise Unfit
    # Unlike Python, tally takes no half of a surrogate pair, escaped as it may be: it is no character.
    if any("\ud800" <= sign <= "\udfff" for text in _texts(found) for sign in text):
        raise Unfit
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of which no name comes twice, of which Python would take the last one."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unfit
    return found


def _refuse(constant: str) -> None:
    """Refuse NaN and Infinity, which Python takes for numbers."""
    raise Unfit(constant)


def _depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


def _texts(value: object) -> Iterator[str]:
    """Yield all texts, names among them."""
    if isinstance(value, str):
        yield value
    parts: Iterable[object] = [*value, *value.values()] if isinstance(value, dict) else ()
    for part in value if isinstance(value, list) else parts:
        yield from _texts(part)


def _row(message: dict[str, Any]) -> Row:
    """Return the values of all columns; of errors the absence of a value is the last that tally tells."""
    absent: list[Absent] = []

    def column(record: dict[str, Any], name: str, read: Callable[[Any], Any], null: bool = True) -> Any:
        value = record.get(name)
        if value is None and not null:
            absent.append(Absent(name))
        return None if value is None else read(value)

    place = column(message, "place", _object)
    row = (
        column(message, "id", lambda value: _whole(value, 64), null=False),
        column(message, "label", lambda value: _text(value, 12)),
        column(message, "amount", _double),
        column(message, "flag", _boolean),
        column(message, "small", lambda value: _whole(value, 8)),
        column(message, "price", _price),
        column(message, "moment", _moment),
        column(message, "tags", _tags),
        None if place is None else column(place, "x", _double, null=False),
        None if place is None else column(place, "y", lambda value: _whole(value, 32)),
    )
    if absent:
        raise absent[0]
    return row


def _exact(value: object) -> tuple[int, int]:
    """Return a number as a whole one and the power of ten that it is to be multiplied with."""
    if not isinstance(value, Number):
        raise Unfit(value)
    mantissa, _, exponent = value.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).rstrip("0") or "0"
    if not digits.strip("-0"):
        return 0, 0
    return int(digits), int(exponent or "0") + len(whole) - len(digits)


def _scaled(value: object, digits: int) -> int:
    """Return a number times a power of ten; tally never rounds, but takes 1e3 and 1.0 for whole numbers."""
    number, power = _exact(value)
    if not 0 <= power + digits < 40:
        if number:
            raise Unfit(value)
        return 0
    return int(number * 10 ** (power + digits))


def _whole(value: object, bits: int) -> int:
    number = _scaled(value, 0)
    if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise Unfit(value)
    return number


def _price(value: object) -> Decimal:
    thousandths = _scaled(value, 3)
    if abs(thousandths) >= 10**12:
        raise Unfit(value)
    return Decimal(thousandths).scaleb(-3)


def _double(value: object) -> str:
    """Return the nearest double, in hexadecimal: -0.0 is not 0.0."""
    if not isinstance(value, Number) or isinf(float(value)):
        raise Unfit(value)
    return float(value).hex()


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise Unfit(value)
    return value


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str) or isinstance(value, Number) or len(value) > longest:
        raise Unfit(value)
    return value


def _moment(value: object) -> str:
    """Return a moment as Flink writes it."""
    text = _text(value, MAX_SIZE)
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,3})0*)?", text, re.ASCII)
    if not found:
        raise Unfit(value)
    moment = f"{found[1]}.{(found[2] or '').ljust(3, '0')}"
    try:
        datetime.fromisoformat(moment)
    except ValueError as error:
        raise Unfit(value) from error
    return moment


def _tags(value: object) -> str:
    """Return the elements as Flink writes an array."""
    if not isinstance(value, list):
        raise Unfit(value)
    return "[" + ", ".join("NULL" if one is None else _text(one, MAX_SIZE) for one in value) + "]"


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unfit(value)
    return value
