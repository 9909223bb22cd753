"""SQL values <-> the Python values that a function takes and returns, with what does not fit refused.

This text runs inside a Flink task, in the interpreter that calls the functions, where tally is not installed: so it
imports none of it. Java hands over what crosses without a doubt: None, bool, int, float, str, bytes and tuples of
these. Days, milliseconds and microseconds since 1970 stand for dates and times, so no time zone is asked for. The Java
end is ``io.tally.connectors.python.PythonValue``; the two agree on these forms.

| SQL | crosses as | Python |
|---|---|---|
| BOOLEAN | bool | bool |
| TINYINT, SMALLINT, INT, BIGINT | int | int |
| FLOAT, DOUBLE | float | float |
| DECIMAL | str | decimal.Decimal |
| CHAR, VARCHAR | str | str |
| BINARY, VARBINARY | bytes | bytes |
| DATE | days | datetime.date |
| TIME | milliseconds | datetime.time |
| TIMESTAMP, TIMESTAMP_LTZ | microseconds | datetime.datetime without a zone, which is UTC for TIMESTAMP_LTZ |
| ARRAY | tuple | tuple |
| MAP | tuple of key, value, key, value, ... | dict |
| ROW | tuple | pyflink.common.Row |
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta, timezone
from decimal import ROUND_HALF_UP, Context, Decimal
from math import isnan
from numbers import Real
from operator import index
from typing import Any, NamedTuple

Convert = Callable[[Any], Any]

_DAY_0 = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_BITS = {"TINYINT": 8, "SMALLINT": 16, "INTEGER": 32, "BIGINT": 64}
# SQL's largest DECIMAL has 38 digits; a result may have as many behind a larger scale before it is rounded.
_EXACT = Context(prec=120, rounding=ROUND_HALF_UP)


class Misfit(Exception):
    """A value that is none of its declared type."""

    def __init__(self, value: object, type_name: str) -> None:
        super().__init__(f"{shown(value)} ({type(value).__name__}), which does not fit {type_name}")
        self.value = value


class SqlType(NamedTuple):
    """A SQL type, as Java describes it.

    Attributes:
        root: its name without parameters: ``DECIMAL``.
        nullable: whether it has NULL.
        name: as SQL writes it: ``DECIMAL(10, 2) NOT NULL``.
        size: precision or length; 0 where it has none.
        scale: of a DECIMAL.
        parts: types of the elements, of key and value, or of the fields.
        fields: names of the fields of a ROW.
    """

    root: str
    nullable: bool
    name: str
    size: int
    scale: int
    parts: tuple[tuple[Any, ...], ...]
    fields: tuple[str, ...]


def shown(value: object) -> str:
    """Return a value as text of at most 200 characters, whatever its class does."""
    try:
        text = repr(value)
    except Exception:
        return f"<{type(value).__name__}>"
    return text if len(text) <= 200 else f"{text[:197]}..."


def to_python(described: tuple[Any, ...]) -> Convert | None:
    """Return what makes a SQL value a Python value; None where it is one already."""
    sql = SqlType(*described)
    convert = _TO_PYTHON[sql.root](sql) if sql.root in _TO_PYTHON else None
    return None if convert is None else _unless_null(convert)


def _unless_null(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)


def _each(described: Iterable[tuple[Any, ...]]) -> list[Convert]:
    return [to_python(one) or _same for one in described]


def _same(value: Any) -> Any:
    return value


def _array_to_python(sql: SqlType) -> Convert | None:
    element = to_python(sql.parts[0])
    return None if element is None else (lambda value: tuple(map(element, value)))


def _map_to_python(sql: SqlType) -> Convert:
    key, value = _each(sql.parts)
    return lambda pairs: {
        key(k): value(v)
        for k, v in zip(pairs[::2], pairs[1::2])  # noqa: B905 (3.9 has no strict)
    }


def _row_to_python(sql: SqlType) -> Convert:
    from pyflink.common import Row  # noqa: PLC0415 (only where a function takes rows)

    fields = _each(sql.parts)

    def convert(values: tuple[Any, ...]) -> Any:
        row = Row(*(field(value) for field, value in zip(fields, values)))  # noqa: B905
        row.set_field_names(list(sql.fields))
        return row

    return convert


def _time_to_python(milliseconds: int) -> time:
    return (_EPOCH + timedelta(milliseconds=milliseconds)).time()


_TO_PYTHON: dict[str, Callable[[SqlType], Convert | None]] = {
    "DECIMAL": lambda _: Decimal,
    "DATE": lambda _: lambda days: date.fromordinal(_DAY_0 + days),
    "TIME_WITHOUT_TIME_ZONE": lambda _: _time_to_python,
    "TIMESTAMP_WITHOUT_TIME_ZONE": lambda _: lambda micros: _EPOCH + timedelta(microseconds=micros),
    "TIMESTAMP_WITH_LOCAL_TIME_ZONE": lambda _: lambda micros: _EPOCH + timedelta(microseconds=micros),
    "ARRAY": _array_to_python,
    "MAP": _map_to_python,
    "ROW": _row_to_python,
}


def to_sql(described: tuple[Any, ...]) -> Convert:
    """Return what makes a Python value a SQL value; it raises Misfit where the value is none of the type."""
    sql = SqlType(*described)
    convert = _TO_SQL[sql.root](sql)

    def checked(value: Any) -> Any:
        if value is not None:
            return convert(value)
        if not sql.nullable:
            raise Misfit(value, sql.name)
        return None

    return checked


def _boolean(sql: SqlType) -> Convert:
    def convert(value: Any) -> bool:
        # numpy's own is no bool.
        if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"):
            return bool(value)
        raise Misfit(value, sql.name)

    return convert


def _integer(sql: SqlType) -> Convert:
    least, most = -(1 << (_BITS[sql.root] - 1)), (1 << (_BITS[sql.root] - 1)) - 1

    def convert(value: Any) -> int:
        number = value if type(value) is int else _whole(value, sql)
        if least <= number <= most:
            return number
        raise Misfit(value, sql.name)

    return convert


def _whole(value: Any, sql: SqlType) -> int:
    """Return an integer of another class, of numpy for one. A bool is one to Python, and to SQL it is not."""
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        raise Misfit(value, sql.name)
    try:
        return int(index(value))
    except TypeError:
        raise Misfit(value, sql.name) from None


def _float(sql: SqlType) -> Convert:
    single = sql.root == "FLOAT"

    def convert(value: Any) -> float:
        number = value if type(value) is float else _real(value, sql)
        if single:
            try:
                struct.pack("<f", number)
            except OverflowError:
                raise Misfit(value, sql.name) from None
        return number

    return convert


def _real(value: Any, sql: SqlType) -> float:
    """Return a number of another class, if it is the same number then."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise Misfit(value, sql.name)
    try:
        number = float(value)
    except OverflowError:
        raise Misfit(value, sql.name) from None
    if number != value and not isnan(number):
        raise Misfit(value, sql.name)
    return number


def _decimal(sql: SqlType) -> Convert:
    unit = Decimal(1).scaleb(-sql.scale)
    bound = Decimal(10) ** (sql.size - sql.scale)

    def convert(value: Any) -> str:
        number = value if isinstance(value, Decimal) else Decimal(_whole(value, sql))
        if not number.is_finite() or abs(number) >= bound:
            raise Misfit(value, sql.name)
        rounded = number.quantize(unit, context=_EXACT)
        if abs(rounded) >= bound:
            raise Misfit(value, sql.name)
        return format(rounded, "f")

    return convert


def _text(sql: SqlType) -> Convert:
    def convert(value: Any) -> str:
        if not isinstance(value, str) or len(value) > sql.size or not _is_unicode(value):
            raise Misfit(value, sql.name)
        return str(value)

    return convert


def _is_unicode(value: str) -> bool:
    """Tell whether it is text: half a surrogate pair is none, and arrives as a question mark."""
    if value.isascii():
        return True
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _bytes(sql: SqlType) -> Convert:
    def convert(value: Any) -> bytes:
        if not isinstance(value, bytes | bytearray) or len(value) > sql.size:
            raise Misfit(value, sql.name)
        return bytes(value)

    return convert


def _date(sql: SqlType) -> Convert:
    def convert(value: Any) -> int:
        # A datetime is a date to Python: its time would be lost.
        if not isinstance(value, date) or isinstance(value, datetime):
            raise Misfit(value, sql.name)
        return value.toordinal() - _DAY_0

    return convert


def _time(sql: SqlType) -> Convert:
    unit = _unit(sql)

    def convert(value: Any) -> int:
        if not isinstance(value, time) or value.tzinfo is not None:
            raise Misfit(value, sql.name)
        micros = (datetime.combine(_EPOCH, value) - _EPOCH) // _MICROSECOND
        return (micros - micros % unit) // 1000

    return convert


def _unit(sql: SqlType) -> int:
    """Return the microseconds that the last digit of a type is of."""
    return int(10 ** max(0, 6 - sql.size))


def _timestamp(sql: SqlType) -> Convert:
    unit = _unit(sql)
    is_moment = sql.root == "TIMESTAMP_WITH_LOCAL_TIME_ZONE"

    def convert(value: Any) -> int:
        if not isinstance(value, datetime) or (value.tzinfo is not None and not is_moment):
            raise Misfit(value, sql.name)
        utc = value if value.tzinfo is None else value.astimezone(timezone.utc).replace(tzinfo=None)
        micros = (utc - _EPOCH) // _MICROSECOND
        return int(micros - micros % unit)

    return convert


def _array(sql: SqlType) -> Convert:
    element = to_sql(sql.parts[0])

    def convert(value: Any) -> tuple[Any, ...]:
        if isinstance(value, str | bytes | bytearray | dict | set | frozenset):
            raise Misfit(value, sql.name)
        try:
            elements = list(value)
        except TypeError:
            raise Misfit(value, sql.name) from None
        return tuple(map(element, elements))

    return convert


def _map(sql: SqlType) -> Convert:
    key, value_of = (to_sql(one) for one in sql.parts)

    def convert(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, dict):
            raise Misfit(value, sql.name)
        return tuple(part for k, v in value.items() for part in (key(k), value_of(v)))

    return convert


def _row(sql: SqlType) -> Convert:
    fields = [to_sql(one) for one in sql.parts]

    def convert(value: Any) -> tuple[Any, ...]:
        values = _in_order(value, sql)
        if len(values) != len(fields):
            raise Misfit(value, sql.name)
        return tuple(field(one) for field, one in zip(fields, values))  # noqa: B905

    return convert


def _in_order(value: Any, sql: SqlType) -> list[Any]:
    """Return the values of a row as its type has them: by their names where it has those, in any order."""
    if isinstance(value, dict):
        names, values = list(value), list(value.values())
    elif isinstance(value, tuple | list):
        names, values = list(getattr(value, "_fields", ())), list(value)
    elif hasattr(value, "_values"):
        names, values = list(getattr(value, "_fields", None) or ()), list(value._values)
    else:
        raise Misfit(value, sql.name)
    if names and sorted(names) == sorted(sql.fields):
        found = dict(zip(names, values))  # noqa: B905
        return [found[name] for name in sql.fields]
    if isinstance(value, dict):
        raise Misfit(value, sql.name)
    return values


_TO_SQL: dict[str, Callable[[SqlType], Convert]] = {
    "BOOLEAN": _boolean,
    **dict.fromkeys(_BITS, _integer),
    **dict.fromkeys(("FLOAT", "DOUBLE"), _float),
    "DECIMAL": _decimal,
    **dict.fromkeys(("CHAR", "VARCHAR"), _text),
    **dict.fromkeys(("BINARY", "VARBINARY"), _bytes),
    "DATE": _date,
    "TIME_WITHOUT_TIME_ZONE": _time,
    **dict.fromkeys(("TIMESTAMP_WITHOUT_TIME_ZONE", "TIMESTAMP_WITH_LOCAL_TIME_ZONE"), _timestamp),
    "ARRAY": _array,
    "MAP": _map,
    "ROW": _row,
}
