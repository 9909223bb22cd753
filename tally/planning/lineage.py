"""What a query reads, from Flink's own relational tree: the source behind a column, and what it leaves out."""

from __future__ import annotations

from typing import Any

from tally.planning.routing import source_of


def origin_of(operation: Any, column: str) -> str | None:
    """Return the source column that can be NULL behind a column of a result: ``'region' of source 'events'``.

    Args:
        operation: a parsed query.
        column: a column of its result.

    Returns:
        None where the column is computed, or is NULL for another reason, such as an outer join.
    """
    tree = operation.getCalciteTree()
    return _origin(tree, list(tree.getRowType().getFieldNames()).index(column))


_WINDOWS = frozenset({"TUMBLE", "HOP", "CUMULATE", "SESSION"})


def partly_read(operation: Any) -> str | None:
    """Return the window function of a query that reads the first of several tables only, and leaves out the others.

    Flink takes a UNION that stands in the call of a window function for as many tables, and reads the first. Of a view
    it is one table. Queries within conditions, such as those of IN, are not looked into.
    """
    frontier = [operation.getCalciteTree()]
    while frontier:
        tree = frontier.pop()
        inputs = list(tree.getInputs())
        if len(inputs) > 1 and tree.getRelTypeName() == "LogicalTableFunctionScan":
            name = str(tree.getCall().getOperator().getName())
            if name in _WINDOWS:
                return name
        frontier += inputs
    return None


def _origin(tree: Any, index: int) -> str | None:
    inputs = list(tree.getInputs())
    if not inputs:
        return _of_source(tree, index)
    if len(inputs) > 1:
        return None
    below = _below(tree, index)
    return None if below is None else _origin(inputs[0], below)


def _below(tree: Any, index: int) -> int | None:
    """Return the column of the input that a column is; None where it is computed."""
    match tree.getRelTypeName():
        case "LogicalProject":
            expression = tree.getProjects().get(index)
            is_column = expression.getClass().getSimpleName() == "RexInputRef"
            return int(expression.getIndex()) if is_column else None
        case "LogicalAggregate":
            groups = tree.getGroupSet()
            return int(groups.nth(index)) if index < groups.cardinality() else None
        case _:
            # A filter, a sort, a watermark, a window: columns of the input come first.
            return index if index < tree.getInput(0).getRowType().getFieldCount() else None


def _of_source(tree: Any, index: int) -> str | None:
    table = tree.getTable()
    field = tree.getRowType().getFieldList().get(index)
    if table is None or not field.getType().isNullable():
        return None
    # Catalog, database, table; what follows says which metadata are read.
    name = source_of(table.getQualifiedName().get(2))
    return f"'{field.getName()}' of source '{name}'"
