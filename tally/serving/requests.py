"""A request for served rows: as text from the command line, and read against the aggregate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tally.planning.job import Aggregate, CassandraSink, Column
from tally.serving.request_errors import (
    EmptySpan,
    LastWithSpan,
    NotAKeyColumn,
    NoTimeKey,
    NotInCassandra,
    UnknownColumn,
    UnparsableValue,
    WrongFilter,
)
from tally.serving.values import (
    DURATION_EXPECTED,
    MOMENT_EXPECTED,
    read_duration,
    read_moment,
    read_value,
)


@dataclass(frozen=True)
class RequestText:
    """A request as it was written.

    Attributes:
        filters: ``column=value`` each.
        last: a duration, counted back from the newest row's time.
        since: first moment.
        until: moment after the last.
        limit: most rows, or None for all.
    """

    filters: tuple[str, ...] = ()
    last: str | None = None
    since: str | None = None
    until: str | None = None
    limit: int | None = None


@dataclass(frozen=True)
class ReadRequest:
    """A request that fits its aggregate.

    Attributes:
        filters: key columns with the one value each must have.
        last: rows are read whose time key is less than this before the newest one.
        since: first moment of the time key, aware.
        until: the moment up to, but not at, which rows are read, aware.
        limit: most rows, or None for all.
    """

    filters: tuple[tuple[str, object], ...] = ()
    last: timedelta | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None


def parse_request(aggregate: Aggregate, text: RequestText) -> ReadRequest:
    """Read a request against the aggregate that it asks.

    Raises:
        NotInCassandra: the aggregate has no serving table.
        WrongFilter, UnknownColumn, NotAKeyColumn, UnparsableValue: a filter that does not fit.
        NoTimeKey: a span of time where the key has no time column.
        LastWithSpan, EmptySpan: a span of time that contradicts itself.
    """
    cassandra_sink(aggregate)
    _check_span(aggregate, text)
    since = moment_of("--since", text.since)
    until = moment_of("--until", text.until)
    if since and until and since >= until:
        raise EmptySpan(str(text.since), str(text.until))
    return ReadRequest(_filters(aggregate, text.filters), _duration(text.last), since, until, text.limit)


def cassandra_sink(aggregate: Aggregate) -> CassandraSink:
    """Return the aggregate's Cassandra sink.

    Raises:
        NotInCassandra: it has none.
    """
    if aggregate.cassandra is None:
        raise NotInCassandra(aggregate.name, ("kafka",) if aggregate.kafka else ())
    return aggregate.cassandra


def time_key(aggregate: Aggregate) -> Column | None:
    """Return the key column whose time orders the rows: the bucket's source, else the first time column.

    Clustering columns come before those of the partition key; None where the key holds no time.
    """
    sink = cassandra_sink(aggregate)
    names = [*(by.column for by in sink.clustering), *sink.partition_key]
    if sink.bucket:
        names.insert(0, sink.bucket.source)
    columns = {column.name: column for column in aggregate.columns}
    return next((columns[name] for name in names if columns[name].is_time), None)


def _filters(aggregate: Aggregate, texts: Sequence[str]) -> tuple[tuple[str, object], ...]:
    filters: dict[str, object] = {}
    columns = {column.name: column for column in aggregate.columns}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise WrongFilter(text, "is not a filter")
        if name not in columns:
            raise UnknownColumn(aggregate.name, name, aggregate.key)
        if name not in aggregate.key:
            raise NotAKeyColumn(aggregate.name, name, aggregate.key)
        if name in filters:
            raise WrongFilter(text, f"gives column '{name}' a second value")
        filters[name] = _value(columns[name], value)
    return tuple(filters.items())


def _value(column: Column, text: str) -> object:
    try:
        return read_value(text, column.type)
    except ValueError as error:
        raise UnparsableValue(f"column '{column.name}'", text, str(error)) from error


def _check_span(aggregate: Aggregate, text: RequestText) -> None:
    spans = {"--since": text.since, "--until": text.until}
    given = [option for option, value in spans.items() if value is not None]
    if text.last is not None and given:
        raise LastWithSpan(given[0])
    given += ["--last"] if text.last is not None else []
    if given and time_key(aggregate) is None:
        raise NoTimeKey(aggregate.name, given[0], aggregate.key)


def moment_of(option: str, text: str | None) -> datetime | None:
    """Return the moment that was written for an option, None where none was.

    Raises:
        UnparsableValue: it is no time.
    """
    if text is None:
        return None
    try:
        return read_moment(text)
    except ValueError as error:
        raise UnparsableValue(option, text, MOMENT_EXPECTED) from error


def _duration(text: str | None) -> timedelta | None:
    if text is None:
        return None
    try:
        return read_duration(text)
    except ValueError as error:
        raise UnparsableValue("--last", text, DURATION_EXPECTED) from error
