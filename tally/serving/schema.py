"""Serving tables on the server: compared with what the aggregates need, then created.

Nothing is altered or dropped here: a table that differs stops the run and shows the difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cassandra.cluster import Session

from tally.errors import ProjectErrors
from tally.planning.job import Clustering
from tally.serving.cassandra import execute
from tally.serving.errors import TableDiffers, TableMissing
from tally.serving.names import quoted
from tally.serving.tables import CqlColumn, ServingTable, key_cql

_COLUMNS = (
    "SELECT column_name, type, kind, position, clustering_order FROM system_schema.columns "
    "WHERE keyspace_name = %s AND table_name = %s"
)


@dataclass(frozen=True)
class ExistingTable:
    """A table as the server has it.

    Attributes:
        columns: by name.
        partition_key: its columns, in order.
        clustering: its clustering columns, in order.
    """

    columns: tuple[CqlColumn, ...]
    partition_key: tuple[str, ...]
    clustering: tuple[Clustering, ...]


def ensure_tables(session: Session, tables: Sequence[ServingTable]) -> list[str]:
    """Create the tables that are missing, after all those that exist were found to fit.

    Returns:
        The names of those created.

    Raises:
        TableDiffers: a table exists with other columns or another key; nothing was created.
        ProjectErrors: several do.
        CassandraFailed: the server did not create one.
    """
    missing = missing_tables(session, tables)
    for table in missing:
        execute(session, f"create table {table}", table.create_cql())
    return [table.name for table in missing]


def missing_tables(session: Session, tables: Sequence[ServingTable]) -> list[ServingTable]:
    """Return the tables that are missing, when all those that exist fit.

    Raises:
        TableDiffers: a table exists with other columns or another key.
        ProjectErrors: several do.
    """
    found = [(table, find_table(session, table)) for table in tables]
    errors = [
        error for table, existing in found if existing for error in [difference(table, existing)] if error
    ]
    if errors:
        raise errors[0] if len(errors) == 1 else ProjectErrors(errors)
    return [table for table, existing in found if existing is None]


def require_table(session: Session, table: ServingTable) -> None:
    """Return when the table exists and fits.

    Raises:
        TableMissing: it does not exist.
        TableDiffers: it is not what the aggregate needs.
    """
    existing = find_table(session, table)
    if existing is None:
        raise TableMissing(table.aggregate, str(table))
    error = difference(table, existing)
    if error:
        raise error


def find_table(session: Session, table: ServingTable) -> ExistingTable | None:
    """Return the table of this name as the server has it, or None."""
    rows = list(execute(session, f"describe table {table}", _COLUMNS, (table.keyspace, table.name)))
    if not rows:
        return None
    by_position = sorted(rows, key=lambda row: int(row[3]))
    return ExistingTable(
        columns=tuple(CqlColumn(name, cql) for name, cql, *_ in sorted(rows)),
        partition_key=tuple(row[0] for row in by_position if row[2] == "partition_key"),
        clustering=tuple(Clustering(row[0], row[4].upper()) for row in by_position if row[2] == "clustering"),
    )


def difference(table: ServingTable, existing: ExistingTable) -> TableDiffers | None:
    """Return the error that shows how an existing table differs, or None when it fits."""
    there = {column.name: column.type for column in existing.columns}
    needed = {column.name: column.type for column in table.columns}
    missing = [column for column in table.columns if column.name not in there]
    unexpected = [column for column in existing.columns if column.name not in needed]
    differences = [
        *_key_difference(table, existing),
        *(f"column {quoted(column.name)} {column.type} is missing" for column in missing),
        *(f"column {quoted(column.name)} {column.type} is not in the aggregate" for column in unexpected),
        *(
            f"column {quoted(name)} is {there[name]} and must be {cql}"
            for name, cql in needed.items()
            if there.get(name, cql) != cql
        ),
    ]
    if not differences:
        return None
    altering = len(differences) == len(missing) + len(unexpected)
    remedy = _alter_cql(table, missing, unexpected) if altering else None
    return TableDiffers(table.aggregate, str(table), tuple(differences), remedy, table.span)


def _key_difference(table: ServingTable, existing: ExistingTable) -> list[str]:
    is_key = _ordered_key(existing.partition_key, existing.clustering)
    must_be = _ordered_key(table.partition_key, table.clustering)
    return [] if is_key == must_be else [f"the primary key is ({is_key}) and must be ({must_be})"]


def _ordered_key(partition_key: tuple[str, ...], clustering: tuple[Clustering, ...]) -> str:
    key = key_cql(partition_key, ())
    return ", ".join([key, *(f"{quoted(by.column)} {by.order}" for by in clustering)])


def _alter_cql(table: ServingTable, missing: list[CqlColumn], unexpected: list[CqlColumn]) -> str:
    statements = []
    if missing:
        added = ", ".join(f"{quoted(column.name)} {column.type}" for column in missing)
        statements.append(f"ALTER TABLE {table} ADD ({added});")
    if unexpected:
        dropped = ", ".join(quoted(column.name) for column in unexpected)
        statements.append(f"ALTER TABLE {table} DROP ({dropped});")
    return " ".join(statements)
