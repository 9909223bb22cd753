"""Rows that a bounded run finds served and does not serve itself: found by comparing keys, and deleted behind it.

In Cassandra every row tells who wrote it. Before the run the write ceiling of its table is raised: the run's sink
stamps above the ceiling, whatever its clock says, and all that was written before lies at or below. A row that is
older by its stamp is deleted *at the ceiling*, so that a delete can never hit what the run itself wrote.
On a topic a record's offset tells the same.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cassandra import ConsistencyLevel
from cassandra.cluster import Session
from cassandra.concurrent import execute_concurrent_with_args
from cassandra.query import SimpleStatement

from tally.serving.cassandra import execute, naming
from tally.serving.names import quoted
from tally.serving.tables import ServingTable
from tally.serving.tombstones import write_tombstones
from tally.serving.topics import Offsets, end_offsets
from tally.settings import CassandraSettings

_PAGE = 5000
_AT_ONCE = 100


@dataclass
class Before:
    """What was served when a bounded run began.

    Attributes:
        ceilings: by table, the highest write timestamp of whatever wrote before, in microseconds.
        ends: by topic, its offsets.
    """

    ceilings: dict[str, int] = field(default_factory=dict)
    ends: dict[str, Offsets] = field(default_factory=dict)


@dataclass(frozen=True)
class Left:
    """What a table holds behind a bounded run.

    Attributes:
        removed: how many rows of earlier runs were deleted.
        newest: the greatest value of the time column asked for; None where there is none.
    """

    removed: int
    newest: datetime | None


def raise_ceiling(session: Session, table: ServingTable, settings: CassandraSettings) -> int:
    """Raise a table's write ceiling to the present, and return it: the run that follows stamps above.

    Raises:
        CassandraFailed: the server did not answer.
    """
    ceilings = f"{quoted(table.keyspace)}.tally_write_ceiling"
    action = f"raise the write ceiling of table {table}"
    level = _quorum(settings)
    read = SimpleStatement(f"SELECT ceiling FROM {ceilings} WHERE table_name = %s", consistency_level=level)
    row = execute(session, action, read, (table.name,)).one()
    ceiling = max(int(row[0]) if row else 0, time.time_ns() // 1000)
    raise_ = SimpleStatement(
        f"INSERT INTO {ceilings} (table_name, ceiling) VALUES (%s, %s) USING TIMESTAMP %s",
        consistency_level=level,
    )
    execute(session, action, raise_, (table.name, ceiling, ceiling))
    return ceiling


def _quorum(settings: CassandraSettings) -> int:
    """Return the level at which the sink reads and raises ceilings (``Consistency.quorum`` of the connector)."""
    is_local = settings.consistency_level.startswith("LOCAL_")
    return int(ConsistencyLevel.LOCAL_QUORUM if is_local else ConsistencyLevel.QUORUM)


def remove_stale_rows(session: Session, table: ServingTable, ceiling: int, time_column: str | None) -> Left:
    """Delete the rows of a table that were written at or below a ceiling; a row above it is never touched.

    Args:
        session: with Cassandra.
        table: to read, whole.
        ceiling: as ``raise_ceiling`` returned it before the run.
        time_column: of which the greatest value among the rows that stay is wanted; None for none.

    Raises:
        CassandraFailed: the server did not answer.
    """
    place = table.key.index(time_column) if time_column in table.key else None
    stale: list[tuple[Any, ...]] = []
    unknown: list[tuple[Any, ...]] = []
    newest: datetime | None = None
    for key, written in _keys(session, table):
        if written is not None and written > ceiling:
            newest = key[place] if place is not None and (newest is None or key[place] > newest) else newest
        else:
            (unknown if written is None else stale).append(key)
    _delete(session, table, ceiling, [*stale, *unknown])
    return Left(len(stale) + len(unknown) - _count(session, table, unknown), newest)


def _keys(session: Session, table: ServingTable) -> Iterator[tuple[tuple[Any, ...], int | None]]:
    """Yield the key of each row, and when its newest value was written; None where all are null or there are none."""
    values = [column.name for column in table.columns if column.name not in table.key]
    selected = [*map(quoted, table.key), *(f"WRITETIME({quoted(name)})" for name in values)]
    statement = SimpleStatement(f"SELECT {', '.join(selected)} FROM {table}", fetch_size=_PAGE)
    width = len(table.key)
    with naming(f"read the keys of table {table}"):
        for row in session.execute(statement):
            stamps = [stamp for stamp in row[width:] if stamp is not None]
            yield tuple(row[:width]), max(stamps, default=None)


def _delete(session: Session, table: ServingTable, ceiling: int, keys: Sequence[tuple[Any, ...]]) -> None:
    if not keys:
        return
    with naming(f"delete rows of earlier runs from table {table}"):
        where = " AND ".join(f"{quoted(name)} = ?" for name in table.key)
        statement = session.prepare(f"DELETE FROM {table} USING TIMESTAMP {ceiling} WHERE {where}")
        execute_concurrent_with_args(session, statement, keys, concurrency=_AT_ONCE)


def _count(session: Session, table: ServingTable, keys: Sequence[tuple[Any, ...]]) -> int:
    """Return how many of some rows are there."""
    if not keys:
        return 0
    with naming(f"read rows of table {table}"):
        where = " AND ".join(f"{quoted(name)} = ?" for name in table.key)
        statement = session.prepare(f"SELECT {quoted(table.key[0])} FROM {table} WHERE {where}")
        found = execute_concurrent_with_args(session, statement, keys, concurrency=_AT_ONCE)
        return sum(1 for _, rows in found if rows.one() is not None)


def remove_stale_keys(address: str, topic: str, before: Offsets) -> int:
    """Write a tombstone for each key of a topic whose last value is from before a run; return how many.

    Raises:
        KafkaUnreachable: no broker answers within seconds.
        KafkaFailed: a record could not be read or written.
    """
    return write_tombstones(address, topic, {number: high for number, (_, high) in before.items()})


def topic_ends(address: str | None, topics: Sequence[str]) -> dict[str, Offsets]:
    """Return the offsets of topics that exist."""
    return {topic: end_offsets(address, topic) for topic in topics}
