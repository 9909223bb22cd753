"""Reads what is served from Cassandra: by partition where the key allows it, else by a scan that is named.

Where a table has time buckets, the partitions of one key are needed. Between two moments they follow from the
bucket's width. Else they are found by listing the partition keys of the table (``SELECT DISTINCT``, which reads
no rows): walking back from the present would ask for years of empty buckets where the data are old.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import chain, islice, takewhile
from typing import Any, Literal

from cassandra.cluster import Session
from cassandra.util import Date, Time

from tally.planning.job import Aggregate, Bucket, Column
from tally.serving.buckets import bucket_of, buckets_between, count_between
from tally.serving.cassandra import naming
from tally.serving.names import quoted
from tally.serving.requests import ReadRequest, cassandra_sink, time_key
from tally.serving.schema import require_table
from tally.serving.selection import Row, Selection, matcher, select, sort_key
from tally.serving.tables import ServingTable, serving_table

Scan = Literal["none", "partition keys", "table"]
_PAGE = 5000
_SMALL_PAGE = 100
_MILLISECOND = timedelta(milliseconds=1)
_MOST_BUCKETS = 1000  # asked one by one; for a longer span the partition keys are listed instead


@dataclass(frozen=True)
class ReadResult:
    """Rows of an aggregate.

    Attributes:
        columns: those of the aggregate.
        rows: values in the order of the columns: int, float, Decimal, bool, str, bytes, date, time, aware UTC
            datetime, list, dict or None. Series come newest first, else rows come in the order of the key.
        scan: what was read beyond the partitions asked for: ``none``, all ``partition keys``, or the ``table``.
        has_more: whether the limit left rows out.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    scan: Scan
    has_more: bool

    @property
    def is_scan(self) -> bool:
        """Whether more was read than partitions by their key."""
        return self.scan != "none"


@dataclass(frozen=True)
class _Question:
    session: Session
    aggregate: Aggregate
    table: ServingTable
    request: ReadRequest


def read(session: Session, aggregate: Aggregate, request: ReadRequest, keyspace: str) -> ReadResult:
    """Read the rows that a request asks for.

    Args:
        session: with Cassandra.
        aggregate: that the request was parsed against.
        request: what to read.
        keyspace: of the serving table.

    Raises:
        TableMissing: nothing was served yet.
        TableDiffers: the table is not the one of this aggregate.
        CassandraFailed: the server did not answer a statement.
    """
    table = serving_table(aggregate, keyspace)
    require_table(session, table)
    scan, found = _stream(_Question(session, aggregate, table, request))
    rows = tuple(islice(_last(found, aggregate, request), _most(request)))
    kept = rows[: request.limit]
    return ReadResult(aggregate.columns, kept, scan, len(rows) > len(kept))


def _most(request: ReadRequest) -> int | None:
    """Return the limit and one more, which shows that there are more rows."""
    return None if request.limit is None else request.limit + 1


def _stream(question: _Question) -> tuple[Scan, Iterator[Row]]:
    """Return the matching rows in the result's order, read as they are taken."""
    selection = select(question.aggregate, question.table, question.request)
    bucket = cassandra_sink(question.aggregate).bucket
    statement = _prepare(question, selection.cql, _page(selection, question.request))
    if selection.partition is None:
        return "table", _sorted(question, _rows(question, statement, ()))
    if bucket is None:
        return "none", _partition(question, statement, selection)
    scan, buckets = _buckets(question, selection, bucket)
    return scan, chain.from_iterable(_partition(question, statement, selection, start) for start in buckets)


def _page(selection: Selection, request: ReadRequest) -> int:
    """Return how many rows one answer of the server holds; few where few will do."""
    most = _most(request)
    return _PAGE if most is None or not selection.is_ordered else min(_PAGE, max(_SMALL_PAGE, most))


def _partition(question: _Question, statement: Any, selection: Selection, *bucket: datetime) -> Iterator[Row]:
    rows = _rows(question, statement, selection.values(*bucket))
    return rows if selection.is_ordered else _sorted(question, rows)


def _sorted(question: _Question, rows: Iterable[Row]) -> Iterator[Row]:
    key = sort_key(question.aggregate)
    most = _most(question.request)
    return iter(sorted(rows, key=key) if most is None else heapq.nsmallest(most, rows, key=key))


def _rows(question: _Question, statement: Any, values: tuple[object, ...]) -> Iterator[Row]:
    matches = matcher(question.aggregate, question.request)
    return filter(matches, _execute(question, statement, values))


def _last(rows: Iterator[Row], aggregate: Aggregate, request: ReadRequest) -> Iterator[Row]:
    """Cut rows, newest first, where they are ``request.last`` or more before the newest."""
    newest: Any = next(rows, None)
    if newest is None or request.last is None:
        return chain(() if newest is None else (newest,), rows)
    time = time_key(aggregate)
    position = [column.name for column in aggregate.columns].index(time.name if time else "")
    oldest = newest[position] - request.last
    later: Any = takewhile(lambda row: row[position] > oldest, rows)
    return chain((newest,), later)


def _buckets(question: _Question, selection: Selection, bucket: Bucket) -> tuple[Scan, Iterable[datetime]]:
    """Return the buckets that may hold rows, newest first."""
    since, until = _span(question.request, bucket)
    if since and until and count_between(since, until, bucket.width) <= _MOST_BUCKETS:
        return "none", buckets_between(since, until, bucket.width)
    found = (
        start
        for start in _existing_buckets(question, selection)
        if (since is None or start >= bucket_of(since, bucket.width)) and (until is None or start < until)
    )
    return "partition keys", sorted(found, reverse=True)


def _span(request: ReadRequest, bucket: Bucket) -> tuple[datetime | None, datetime | None]:
    """Return the first moment asked for, and the one after the last."""
    exactly: Any = dict(request.filters).get(bucket.source)
    return (exactly, exactly + _MILLISECOND) if exactly else (request.since, request.until)


def _existing_buckets(question: _Question, selection: Selection) -> Iterator[datetime]:
    columns = ", ".join(quoted(name) for name in question.table.partition_key)
    statement = _prepare(question, f"SELECT DISTINCT {columns} FROM {question.table}", _PAGE)
    for *partition, start in _execute(question, statement, ()):
        if tuple(partition) == selection.partition and isinstance(start, datetime):
            yield start


def _prepare(question: _Question, cql: str, page: int) -> Any:
    with naming(f"read table {question.table}"):
        statement = question.session.prepare(cql)
    statement.fetch_size = page
    return statement


def _execute(question: _Question, statement: Any, values: tuple[object, ...]) -> Iterator[Row]:
    with naming(f"read table {question.table}"):
        for row in question.session.execute(statement, values):
            yield tuple(map(from_driver, row))


def from_driver(value: Any) -> Any:
    """Return a value of the driver as Python has it; its times come without a zone and are UTC."""
    if isinstance(value, datetime):
        return _nearest_millisecond(value).replace(tzinfo=timezone.utc)
    if isinstance(value, Date):
        return value.date()
    if isinstance(value, Time):
        return value.time()
    if isinstance(value, list | tuple):
        return [from_driver(element) for element in value]
    if isinstance(value, Mapping):
        return {from_driver(key): from_driver(element) for key, element in value.items()}
    return value


def _nearest_millisecond(moment: datetime) -> datetime:
    # The driver makes them of a floating point number: 9999-12-31 23:59:59.999 is 7 microseconds short.
    return moment.replace(microsecond=0) + timedelta(milliseconds=round(moment.microsecond / 1000))
