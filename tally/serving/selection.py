"""A request -> the CQL that reads it, and what is left to do on this side. Pure: asks no server.

One partition is read by its key, its clustering columns restricted as far as CQL allows: a prefix of values,
then a span of time. What CQL cannot restrict without reading more than it returns, ``matches`` does here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cmp_to_key
from typing import Any

from tally.planning.job import Aggregate, Clustering
from tally.serving.names import quoted
from tally.serving.requests import ReadRequest, cassandra_sink, time_key
from tally.serving.tables import ServingTable

Row = tuple[object, ...]


@dataclass(frozen=True)
class Selection:
    """How one request reads one table.

    Attributes:
        cql: SELECT with markers, of one partition, or of the whole table.
        partition: values of the partition key's columns, the bucket left out; None: the whole table is read.
        within: values of the markers after them.
        is_ordered: whether rows of one partition come in the result's order.
    """

    cql: str
    partition: tuple[object, ...] | None
    within: tuple[object, ...]
    is_ordered: bool

    def values(self, *bucket: datetime) -> tuple[object, ...]:
        """Return the values of all markers, for one bucket where there are buckets."""
        return (self.partition or ()) + bucket + self.within


def select(aggregate: Aggregate, table: ServingTable, request: ReadRequest) -> Selection:
    """Return how to read what a request asks for."""
    columns = ", ".join(quoted(column.name) for column in aggregate.columns)
    start = f"SELECT {columns} FROM {table}"
    given = dict(request.filters)
    partition_key = cassandra_sink(aggregate).partition_key
    if any(name not in given for name in partition_key):
        return Selection(start, None, (), False)
    restricted, prefix = _prefix(aggregate, request)
    conditions = [f"{quoted(name)} = ?" for name in table.partition_key] + [text for text, _ in restricted]
    return Selection(
        cql=f"{start} WHERE {' AND '.join(conditions)}",
        partition=tuple(given[name] for name in partition_key),
        within=tuple(value for _, value in restricted),
        is_ordered=_is_ordered(aggregate, prefix),
    )


def result_order(aggregate: Aggregate) -> tuple[Clustering, ...]:
    """Return the order of a result's rows: newest first, then by the key as the table orders it."""
    sink = cassandra_sink(aggregate)
    by_key = (*(Clustering(name, "ASC") for name in sink.partition_key), *sink.clustering)
    time = time_key(aggregate)
    if time is None:
        return by_key
    return (Clustering(time.name, "DESC"), *(by for by in by_key if by.column != time.name))


def sort_key(aggregate: Aggregate) -> Callable[[Row], Any]:
    """Return the key that sorts rows of an aggregate in the result's order."""
    names = [column.name for column in aggregate.columns]
    order = [(names.index(by.column), 1 if by.order == "ASC" else -1) for by in result_order(aggregate)]

    def compare(left: Sequence[Any], right: Sequence[Any]) -> int:
        signs = (sign if left[i] > right[i] else -sign for i, sign in order if left[i] != right[i])
        return next(signs, 0)

    return cmp_to_key(compare)


def matcher(aggregate: Aggregate, request: ReadRequest) -> Callable[[Row], bool]:
    """Return whether a row is asked for, apart from ``last`` and ``limit``."""
    names = [column.name for column in aggregate.columns]
    wanted = [(names.index(name), value) for name, value in request.filters]
    time = time_key(aggregate)
    position = names.index(time.name) if time else 0

    def matches(row: Sequence[Any]) -> bool:
        return (
            all(row[index] == value for index, value in wanted)
            and (request.since is None or row[position] >= request.since)
            and (request.until is None or row[position] < request.until)
        )

    return matches


def _prefix(aggregate: Aggregate, request: ReadRequest) -> tuple[list[tuple[str, object]], set[str]]:
    """Return the conditions on clustering columns with their values, and the columns fixed to one value."""
    given = dict(request.filters)
    time = time_key(aggregate)
    conditions: list[tuple[str, object]] = []
    fixed: set[str] = set()
    for by in cassandra_sink(aggregate).clustering:
        name = quoted(by.column)
        if by.column not in given:
            conditions += _span(name, request) if time and by.column == time.name else []
            break
        conditions.append((f"{name} = ?", given[by.column]))
        fixed.add(by.column)
    return conditions, fixed


def _span(name: str, request: ReadRequest) -> Iterable[tuple[str, object]]:
    if request.since:
        yield f"{name} >= ?", _whole_milliseconds(request.since)
    if request.until:
        yield f"{name} < ?", _whole_milliseconds(request.until)


def _whole_milliseconds(moment: datetime) -> datetime:
    """Round up to milliseconds: served times have no more, so both bounds keep their meaning."""
    return moment + timedelta(microseconds=-moment.microsecond % 1000)


def _is_ordered(aggregate: Aggregate, fixed: set[str]) -> bool:
    clustering = [by for by in cassandra_sink(aggregate).clustering if by.column not in fixed]
    columns = {by.column for by in clustering}
    return clustering == [by for by in result_order(aggregate) if by.column in columns]
