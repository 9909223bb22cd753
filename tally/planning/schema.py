"""Flink's resolved schemas -> columns."""

from __future__ import annotations

import re
from typing import Any

from tally.planning.job import Column

# Flink's long names of types, and the ones that people write.
_SHORT = (
    (re.compile(r"VARCHAR\(2147483647\)"), "STRING"),
    (re.compile(r"VARBINARY\(2147483647\)"), "BYTES"),
    (re.compile(r"TIMESTAMP\((\d)\) WITH LOCAL TIME ZONE"), r"TIMESTAMP_LTZ(\1)"),
)


def columns_of(schema: Any) -> tuple[Column, ...]:
    """Return the columns of a Java ResolvedSchema."""
    return tuple(_column(column) for column in schema.getColumns())


def key_of(schema: Any) -> tuple[str, ...]:
    """Return the primary key columns of a Java ResolvedSchema, or none."""
    key = schema.getPrimaryKey()
    return tuple(key.get().getColumns()) if key.isPresent() else ()


def watermark_of(schema: Any) -> str:
    """Return the watermark of a Java ResolvedSchema as SQL, or nothing."""
    specs = list(schema.getWatermarkSpecs())
    return str(specs[0].getWatermarkExpression().asSerializableString()) if specs else ""


def _column(column: Any) -> Column:
    logical = column.getDataType().getLogicalType()
    written = str(logical.copy(True).asSerializableString())
    for long, short in _SHORT:
        written = long.sub(short, written)
    return Column(str(column.getName()), written, bool(logical.isNullable()))
