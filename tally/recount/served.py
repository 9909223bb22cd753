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
from confluent_kafka import Message

from tally.planning.job import Aggregate, Column
from tally.recount.compare import Row, Rows
from tally.recount.errors import UnreadableResult
from tally.recount.topics import read_topic
from tally.serving.cassandra import naming
from tally.serving.names import quoted

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
        rows = [tuple(_of_cassandra(value) for value in row) for row in session.execute(statement)]
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
    last: dict[bytes, Message] = {}
    for messages in read_topic(address, topic):
        for message in messages:
            key = message.key() or b""
            if message.value() is None:
                last.pop(key, None)
            else:
                last[key] = message
    return Rows(_names(aggregate), [_row(message, topic, aggregate.columns) for message in last.values()])


def _names(aggregate: Aggregate) -> tuple[str, ...]:
    return tuple(column.name for column in aggregate.columns)


def _of_cassandra(value: Any) -> Any:
    """Return a value as the recount has it: the driver's times are UTC, its dates a class of its own."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=timezone.utc)
    return value.date() if hasattr(value, "days_from_epoch") else value


def _row(message: Message, topic: str, columns: tuple[Column, ...]) -> Row:
    try:
        fields = json.loads(message.value() or b"", parse_float=Decimal)
        if set(fields) != {column.name for column in columns}:
            raise ValueError(f"its fields are {', '.join(fields)}")
        return tuple(_of_json(fields[column.name], column.type) for column in columns)
    except (ValueError, TypeError, ArithmeticError) as error:
        place = (message.partition() or 0, message.offset() or 0)
        raise UnreadableResult(topic, *place, reason=str(error)) from error


def _of_json(value: Any, flink_type: str) -> Any:
    """Return a JSON value as the Flink type has it; one that is not of that type raises TypeError."""
    if value is None:
        return None
    root = flink_type.partition("(")[0]
    return _FROM_JSON[root](value) if root in _FROM_JSON else value


def _moment(text: str) -> datetime:
    """Return ``2013-01-01 05:00:00`` or ``2013-01-01 05:00:00.5Z`` as a UTC time."""
    whole, _, fraction = text.removesuffix("Z").replace("T", " ").partition(".")
    moment = datetime.strptime(whole, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)
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
