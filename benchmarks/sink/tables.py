"""The table that a run writes, and the server's own count of it."""

from __future__ import annotations

from itertools import pairwise

from cassandra.cluster import Session
from cassandra.concurrent import execute_concurrent_with_args

from benchmarks.recount import WrongResult
from benchmarks.servers import Servers
from benchmarks.sink.shapes import CQL, TABLE, Shape
from tally.serving.cassandra import connect, ensure_keyspace
from tally.settings import CassandraSettings

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1
_ROWS_A_RANGE = 5_000


def create(servers: Servers, keyspace: str) -> None:
    """Create the table in a keyspace of the run's own."""
    settings = CassandraSettings(keyspace=keyspace)
    with connect(servers.cassandra, settings) as session:
        ensure_keyspace(session, settings)
        session.execute(f"CREATE TABLE {keyspace}.{TABLE} ({CQL})")


def recount(servers: Servers, keyspace: str, shape: Shape, rows: int) -> None:
    """Count and sum the table and drop it.

    Raises:
        WrongResult: it does not hold what so many rows have to leave in it.
    """
    expected = shape.served(rows)
    with connect(servers.cassandra, CassandraSettings()) as session:
        found = _counted(session, keyspace, 1 + expected[0] // _ROWS_A_RANGE)
        if found != expected:
            raise WrongResult(
                f"{keyspace} of {shape.name}: {found[0]} rows with sum {found[1]}, "
                f"expected {expected[0]} with {expected[1]}"
            )
        session.execute(f"DROP KEYSPACE {keyspace}")


def _counted(session: Session, keyspace: str, ranges: int) -> tuple[int, int]:
    """Return number of rows and sum of their values, asked for by token range: one answer would take too long."""
    count = session.prepare(
        f"SELECT COUNT(t), SUM(v) FROM {keyspace}.{TABLE} WHERE token(p) > ? AND token(p) <= ?"
    )
    edges = [_LOWEST + (_HIGHEST - _LOWEST) * part // ranges for part in range(ranges + 1)]
    answers = execute_concurrent_with_args(session, count, list(pairwise(edges)), 4)
    parts = [answer.result_or_exc.one() for answer in answers]
    return sum(part[0] for part in parts), sum(part[1] for part in parts)
