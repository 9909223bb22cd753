"""Raw bytes of topics -> DuckDB -> the rows that each aggregate must have.

What a bounded run must end with: every window is closed, hopping ones included, and sessions are as they are at the
time of the newest event. Which records are events is judged here as well. Which of them came
too late for a window hangs on the order in which a job read them: those it says were late are left out of that window.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path

import duckdb
import pyarrow

from tally.recount.compare import Row, Rows
from tally.recount.errors import NoRecount, UnreadableEvent
from tally.recount.letters import Late
from tally.recount.presence import PRESENCE, make_presence
from tally.recount.topics import Raw, read_topic

_SQL = Path(__file__).parent / "sql"
_TOPICS = _SQL / "topics"
_AGGREGATES = _SQL / "aggregates"
_RECORDS = pyarrow.schema(
    [
        ("topic", pyarrow.string()),
        ("partition", pyarrow.int32()),
        ("offset", pyarrow.int64()),
        ("key", pyarrow.binary()),
        ("value", pyarrow.binary()),
        ("timestamp", pyarrow.int64()),
    ]
)

TOPICS = tuple(sorted(file.stem for file in _TOPICS.glob("*.sql")))
"""Topics whose events the recount knows."""


def recount(
    address: str, topics: tuple[str, ...] = TOPICS, late: Sequence[Late] = ()
) -> duckdb.DuckDBPyConnection:
    """Read topics into a DuckDB database in memory: their records as they are, and their events as tables.

    Args:
        address: host:port of the broker, several by comma.
        topics: to read, of ``TOPICS``.
        late: rows that are not counted in a window.

    Returns:
        The database, for ``expected``; close it after use.

    Raises:
        NoRecount: another topic.
        KafkaUnreachable: no broker answers.
        KafkaFailed: a topic is not there or could not be read.
        UnreadableEvent: a field of a record has not the type that its topic's fields have.
    """
    for topic in topics:
        _query(_TOPICS, "topic", topic)
    return database({topic: read_topic(address, topic) for topic in topics}, late)


def database(
    topics: Mapping[str, Iterable[list[Raw]]], late: Sequence[Late] = ()
) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB database of records, by topic, and of the events that they are.

    Raises:
        NoRecount: a topic that is none of ``TOPICS``.
        UnreadableEvent: a record is no event of its topic.
    """
    connection = duckdb.connect()
    connection.execute((_SQL / "records.sql").read_text("utf-8"))
    if late:
        connection.executemany("INSERT INTO late VALUES (?, ?, ?, ?, ?, ?, ?)", [list(one) for one in late])
    for topic, batches in topics.items():
        query = _query(_TOPICS, "topic", topic)
        for batch in batches:
            _load(connection, topic, batch)
        try:
            connection.execute(query)
        except duckdb.Error as error:
            raise UnreadableEvent(topic, str(error).splitlines()[0]) from error
    return connection


def recounted() -> tuple[str, ...]:
    """Return the names of the aggregates that can be recounted."""
    return tuple(sorted(file.stem for file in _AGGREGATES.glob("*.sql")))


def expected(connection: duckdb.DuckDBPyConnection, aggregate: str) -> Rows:
    """Return the rows that an aggregate must have.

    Args:
        connection: from ``recount``, with the topics that the aggregate is about.
        aggregate: its name.

    Raises:
        NoRecount: the aggregate is none of ``recounted()``.
    """
    query = _query(_AGGREGATES, "aggregate", aggregate)
    if aggregate in PRESENCE:
        make_presence(connection, aggregate)
    result = connection.execute(query)
    columns = tuple(column[0] for column in result.description or ())
    return Rows(columns, [_utc(row) for row in result.fetchall()])


def no_events(connection: duckdb.DuckDBPyConnection, topic: str) -> set[tuple[int, int]]:
    """Return partition and offset of every record of a topic that is no event."""
    found = connection.execute(
        'SELECT "partition", "offset" FROM records WHERE topic = ? '
        f'EXCEPT SELECT "partition", "offset" FROM {topic.replace("-", "_")}',
        [topic],
    )
    return set(found.fetchall())


def not_late(connection: duckdb.DuckDBPyConnection, topic: str) -> list[Row]:
    """Return what was said to be late and was not.

    It is no event, or not of that window, or the window had not closed by the watermark of the job, or that was ahead
    of every event. A row that was late for a moment, and no window, is of the past of its own time.
    """
    events = topic.replace("-", "_")
    found = connection.execute(
        f'SELECT late.* FROM late LEFT JOIN {events} AS event USING ("partition", "offset") WHERE late.topic = ? AND '
        "(CASE WHEN window_end IS NULL THEN event_ms <= watermark "
        "ELSE event_ms BETWEEN window_start AND window_end - 1 AND window_end - 1 <= watermark END "
        f"AND watermark <= (SELECT max(event_ms) FROM {events})) IS NOT TRUE",
        [topic],
    )
    return found.fetchall()


def _load(connection: duckdb.DuckDBPyConnection, topic: str, batch: list[Raw]) -> None:
    if not batch:
        return
    columns = ([topic] * len(batch), *zip(*(record[:5] for record in batch), strict=True))
    connection.register("batch", pyarrow.table(dict(zip(_RECORDS.names, columns, strict=True)), _RECORDS))
    connection.execute("INSERT INTO records SELECT * FROM batch")
    connection.unregister("batch")


def _query(folder: Path, kind: str, name: str) -> str:
    file = folder / f"{name}.sql"
    if not file.is_file():
        raise NoRecount(kind, name, tuple(sorted(other.stem for other in folder.glob("*.sql"))))
    return file.read_text("utf-8")


def _utc(row: Row) -> Row:
    """Return the row with its times marked as UTC, which DuckDB's TIMESTAMP leaves unsaid."""
    return tuple(
        value.replace(tzinfo=timezone.utc) if isinstance(value, datetime) else value for value in row
    )
