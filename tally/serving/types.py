"""The one table of Flink type to CQL type.

``ARRAY`` and ``MAP`` become frozen collections. A list that is not frozen keeps each element in a cell of its
own under an identifier that the server draws, so a retried write of ``[1, 2]`` with the same timestamp leaves
``[1, 2, 1, 2]``; and an empty collection that is not frozen reads back as null.
"""

from __future__ import annotations

from dataclasses import replace

from tally.serving.errors import UnsupportedType
from tally.serving.flink_types import FlinkType, parse_type

MILLISECONDS = 3  # digits of a second's fraction that a CQL timestamp holds

_SIMPLE = {
    "BOOLEAN": "boolean",
    "TINYINT": "tinyint",
    "SMALLINT": "smallint",
    "INT": "int",
    "BIGINT": "bigint",
    "FLOAT": "float",
    "DOUBLE": "double",
    "DECIMAL": "decimal",
    "CHAR": "text",
    "VARCHAR": "text",
    "BINARY": "blob",
    "VARBINARY": "blob",
    "DATE": "date",
    "TIME": "time",  # Flink keeps milliseconds at any precision, CQL nanoseconds
    "TIMESTAMP": "timestamp",
    "TIMESTAMP_LTZ": "timestamp",
}
_COLLECTIONS = {"ARRAY": "frozen<list<{}>>", "MAP": "frozen<map<{}>>"}
_INSTEAD = {
    "MULTISET": "ARRAY_AGG(...) in place of COLLECT(...)",
    "ROW": "one column for each field of it",
    "INTERVAL": "a number, e.g. TIMESTAMPDIFF(SECOND, start, end)",
}


def cql_type(flink_type: str) -> str:
    """Return the CQL type that stores values of a Flink type: ``DECIMAL(10, 2)`` gives ``decimal``.

    Args:
        flink_type: as Flink prints it, with or without nullability.

    Raises:
        UnsupportedType: Cassandra has no type that holds every value; says what to use instead.
    """
    parsed = parse_type(flink_type)
    cql = _cql_of(parsed)
    if cql is None:
        raise UnsupportedType(type=flink_type, instead=_instead_of(parsed))
    return cql


def _cql_of(parsed: FlinkType) -> str | None:
    if parsed.root in _COLLECTIONS:
        elements = [_cql_of(element) or "" for element in parsed.elements]
        return _COLLECTIONS[parsed.root].format(", ".join(elements)) if all(elements) and elements else None
    if parsed.root.startswith("TIMESTAMP") and parsed.precision > MILLISECONDS:
        return None
    return _SIMPLE.get(parsed.root)


def _instead_of(parsed: FlinkType) -> str:
    coarser = _with_milliseconds(parsed)
    if _cql_of(coarser):
        return f"CAST({{column}} AS {coarser})"
    known = (text for root, text in _INSTEAD.items() if parsed.root.startswith(root))
    return next(known, "CAST({column} AS STRING)")


def _with_milliseconds(parsed: FlinkType) -> FlinkType:
    if parsed.root.startswith("TIMESTAMP") and parsed.precision > MILLISECONDS:
        return FlinkType(parsed.root, (MILLISECONDS,))
    return replace(parsed, elements=tuple(_with_milliseconds(element) for element in parsed.elements))
