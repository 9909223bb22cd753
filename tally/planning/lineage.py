"""Which source column stands behind a column of a query, from Flink's own relational tree."""

from __future__ import annotations

from typing import Any


def origin_of(operation: Any, column: str) -> str | None:
    """Return the origin of a result column, as ``'region' of source 'events'``; None where it is computed.

    Args:
        operation: a parsed query.
        column: a column of its result.
    """
    tree = operation.getCalciteTree()
    names = list(tree.getRowType().getFieldNames())
    origins = tree.getCluster().getMetadataQuery().getColumnOrigins(tree, names.index(column))
    found = list(origins) if origins is not None else []
    if len(found) != 1 or found[0].isDerived():
        return None
    table = found[0].getOriginTable()
    field = table.getRowType().getFieldNames()[found[0].getOriginColumnOrdinal()]
    return f"'{field}' of source '{list(table.getQualifiedName())[-1]}'"
