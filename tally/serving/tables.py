"""Aggregate -> serving table: columns, key and CQL, derived and never written by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tally.errors import ProjectErrors, Span, TallyError
from tally.planning.job import Aggregate, CassandraSink, Clustering
from tally.serving.errors import BucketColumnTaken, UnsupportedType, WrongTableName
from tally.serving.names import is_table_name, literal, quoted
from tally.serving.types import cql_type


@dataclass(frozen=True)
class CqlColumn:
    """A column of a serving table.

    Attributes:
        name: as in the aggregate, not quoted.
        type: in CQL.
    """

    name: str
    type: str


@dataclass(frozen=True)
class ServingTable:
    """The Cassandra table that serves one aggregate.

    Attributes:
        keyspace: it stands in.
        name: of the table, not quoted.
        columns: those of the aggregate in its order, then the time bucket where there is one.
        partition_key: its columns, the time bucket last.
        clustering: the other key columns with their order.
        comment: the question that the aggregate answers.
        aggregate: name of the aggregate.
        span: where the aggregate is declared.
    """

    keyspace: str
    name: str
    columns: tuple[CqlColumn, ...]
    partition_key: tuple[str, ...]
    clustering: tuple[Clustering, ...]
    comment: str
    aggregate: str
    span: Span | None = None

    def __str__(self) -> str:
        return f"{quoted(self.keyspace)}.{quoted(self.name)}"

    @property
    def key(self) -> tuple[str, ...]:
        """The primary key's columns, partition key first."""
        return self.partition_key + tuple(clustering.column for clustering in self.clustering)

    def create_cql(self) -> str:
        """Return the statement that creates it, one column a line."""
        lines = [f"  {quoted(column.name)} {column.type}," for column in self.columns]
        options = []
        if self.clustering:
            order = ", ".join(f"{quoted(by.column)} {by.order}" for by in self.clustering)
            options.append(f"CLUSTERING ORDER BY ({order})")
        options.append(f"comment = {literal(self.comment)}")
        return "\n".join(
            [
                f"CREATE TABLE IF NOT EXISTS {self} (",
                *lines,
                f"  PRIMARY KEY ({key_cql(self.partition_key, self.clustering)})",
                ") WITH " + "\n  AND ".join(options) + ";",
            ]
        )


def serving_table(aggregate: Aggregate, keyspace: str) -> ServingTable:
    """Derive the table that serves an aggregate.

    Args:
        aggregate: one with a Cassandra sink.
        keyspace: of the table.

    Raises:
        UnsupportedType: a column that Cassandra cannot store.
        WrongTableName: a table name with other than letters, digits and underscores.
        BucketColumnTaken: a column with the name of the time bucket.
        ProjectErrors: several of these.
    """
    sink = _sink_of(aggregate)
    columns, errors = _columns(aggregate, sink)
    if not is_table_name(sink.table):
        errors.insert(0, WrongTableName(aggregate.name, sink.table, aggregate.span))
    if errors:
        raise errors[0] if len(errors) == 1 else ProjectErrors(errors)
    bucket = (sink.bucket.column,) if sink.bucket else ()
    return ServingTable(
        keyspace=keyspace,
        name=sink.table,
        columns=columns + tuple(CqlColumn(name, "timestamp") for name in bucket),
        partition_key=sink.partition_key + bucket,
        clustering=sink.clustering,
        comment=aggregate.comment,
        aggregate=aggregate.name,
        span=aggregate.span,
    )


def key_cql(partition_key: tuple[str, ...], clustering: tuple[Clustering, ...]) -> str:
    """Return a primary key as CQL: ``(region, bucket), window_end``."""
    partition = ", ".join(quoted(name) for name in partition_key)
    return ", ".join([f"({partition})", *(quoted(by.column) for by in clustering)])


def _sink_of(aggregate: Aggregate) -> CassandraSink:
    if aggregate.cassandra is None:
        raise AssertionError(f"aggregate '{aggregate.name}' has no Cassandra sink")
    return aggregate.cassandra


def _columns(aggregate: Aggregate, sink: CassandraSink) -> tuple[tuple[CqlColumn, ...], list[TallyError]]:
    columns: list[CqlColumn] = []
    errors: list[TallyError] = []
    for column in aggregate.columns:
        if sink.bucket and column.name == sink.bucket.column:
            errors.append(BucketColumnTaken(aggregate.name, column.name, aggregate.span))
        try:
            columns.append(CqlColumn(column.name, cql_type(column.type)))
        except UnsupportedType as error:
            errors.append(replace(error, aggregate=aggregate.name, column=column.name, span=aggregate.span))
    return tuple(columns), errors
