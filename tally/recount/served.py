"""What is served: all rows of an aggregate from Cassandra, and the last value of each key from its topic."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timezone
from decimal import Decimal
from operator import index
from typing import Any

from cassandra.cluster import Session
from cassandra.query import SimpleStatement

from tally.planning.job import Aggregate, Column
from tally.recount.compare import Row, Rows
from tally.recount.errors import UnreadableResult
from tally.recount.topics import Raw, read_topic
from tally.serving.cassandra import naming
from tally.serving.names import quoted
from tally.serving.reading import from_driver

_PAGE = 5000


def served_cassandra(session: Session, aggregate: Aggregate, keyspace: str) -> Rows:
    """Read every row of an aggregate's table.

    Args:
        session: with Cassandra; rows come as tuples.
        aggregate: one with a Cassandra sink.
        keyspace: of the table.

    Raises:
        CassandraFailed: there is no such table, or it could not be read.
    """
    assert aggregate.cassandra, aggregate.name
    table = f"{quoted(keyspace)}.{quoted(aggregate.cassandra.table)}"
    columns = ", ".join(quoted(column.name) for column in aggregate.columns)
    statement = SimpleStatement(f"SELECT {columns} FROM {table}", fetch_size=_PAGE)
    with naming(f"read table {table}"):
        rows = [tuple(from_driver(value) for value in row) for row in session.execute(statement)]
    return Rows(_names(aggregate), rows)


def served_kafka(address: str, aggregate: Aggregate) -> Rows:
    """Read the last value of each key of an aggregate's topic: what is committed, without deleted keys.

    Args:
        address: host:port of the broker, several by comma.
        aggregate: one with a Kafka sink in JSON.

    Raises:
        KafkaUnreachable: no broker answers.
        KafkaFailed: there is no such topic, or it could not be read.
        UnreadableResult: a value is no JSON object with the aggregate's columns.
    """
    assert aggregate.kafka, aggregate.name
    topic = aggregate.kafka.topic
    last: dict[bytes | None, Raw] = {}
    for records in read_topic(address, topic):
        for record in records:
            if record.value is None:
                last.pop(record.key, None)
            else:
                last[record.key] = record
    decode = _decoder(aggregate.columns)
    return Rows(_names(aggregate), [_row(record, topic, decode) for record in last.values()])


def _names(aggregate: Aggregate) -> tuple[str, ...]:
    return tuple(column.name for column in aggregate.columns)


def _row(record: Raw, topic: str, decode: Callable[[bytes], Row]) -> Row:
    try:
        return decode(record.value or b"")
    except (ValueError, TypeError, ArithmeticError) as error:
        reason = f"{error}: {(record.value or b'').decode(errors='replace')}"
        raise UnreadableResult(topic, record.partition, record.offset, reason) from error


def _decoder(columns: tuple[Column, ...]) -> Callable[[bytes], Row]:
    """Return what turns JSON into a row; a value that is not of its column's type raises TypeError."""
    parse = json.JSONDecoder(parse_float=Decimal).decode
    converters = [(column.name, _FROM_JSON.get(column.type.partition("(")[0], _as_is)) for column in columns]
    names = {column.name for column in columns}

    def decode(value: bytes) -> Row:
        fields = parse(value.decode())
        if not isinstance(fields, dict) or fields.keys() != names:
            raise ValueError(f"it is no object with {', '.join(sorted(names))}")
        return tuple(None if fields[name] is None else convert(fields[name]) for name, convert in converters)

    return decode


def _as_is(value: Any) -> Any:
    return value


def _moment(text: str) -> datetime:
    """Return ``2013-01-01 05:00:00`` or ``2013-01-01 05:00:00.5Z`` as a UTC time."""
    whole, _, fraction = str.removesuffix(text, "Z").partition(".")
    moment = datetime.fromisoformat(whole).replace(tzinfo=timezone.utc)
    return moment.replace(microsecond=int(fraction.ljust(6, "0")[:6])) if fraction else moment


_FROM_JSON: dict[str, Callable[[Any], Any]] = {
    "TINYINT": index,
    "SMALLINT": index,
    "INT": index,
    "BIGINT": index,
    "FLOAT": float,
    "DOUBLE": float,
    "DECIMAL": Decimal,
    "DATE": date.fromisoformat,
    "TIMESTAMP": _moment,
    "TIMESTAMP_LTZ": _moment,
}
