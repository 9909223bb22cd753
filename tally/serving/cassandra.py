"""A session with Cassandra, and the statements that tally sends outside of Flink.

Every failure of the server comes out as an error that names what was asked; the driver's own messages, which
it logs, are kept off the screen. The driver's wheels for Python 3.10 to 3.12 bring libev, so its connections
do not need ``asyncore``, which Python 3.12 no longer has.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cassandra import (
    AuthenticationFailed,
    ConsistencyLevel,
    DriverException,
    OperationTimedOut,
    UnresolvableContactPoints,
)
from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import (
    EXEC_PROFILE_DEFAULT,
    Cluster,
    ExecutionProfile,
    NoHostAvailable,
    Session,
)
from cassandra.connection import ConnectionException
from cassandra.policies import DCAwareRoundRobinPolicy
from cassandra.query import SimpleStatement, tuple_factory

from tally.serving.addresses import split_addresses
from tally.serving.errors import (
    CassandraFailed,
    CassandraRefusedLogin,
    CassandraUnreachable,
    UnknownDatacenter,
)
from tally.serving.names import literal, quoted
from tally.serving.tables import ServingTable
from tally.settings import CassandraSettings

DEFAULT_PORT = 9042
_CONNECT_SECONDS = 10.0
_REQUEST_SECONDS = 30.0  # changes of the schema take seconds on a busy machine
_TRUNCATE_SECONDS = 65.0  # the server gives up after 60 (truncate_request_timeout)
_PROTOCOL_VERSION = 5


@contextmanager
def connect(address: str | None, settings: CassandraSettings) -> Iterator[Session]:
    """Open a session; rows come as tuples.

    Args:
        address: host:port, several by comma; None where none is known.
        settings: data centre, consistency level and login.

    Raises:
        WrongAddress: the address is not host:port.
        CassandraUnreachable: nothing answers within seconds.
        CassandraRefusedLogin: user name and password are wrong or missing.
        UnknownDatacenter: no node is in ``settings.local_datacenter``.
    """
    if address is None:
        raise CassandraUnreachable(None)
    logging.getLogger("cassandra").addHandler(logging.NullHandler())
    cluster = _cluster(address, settings)
    try:
        yield _open(cluster, address, settings)
    finally:
        cluster.shutdown()


def execute(session: Session, action: str, statement: Any, parameters: Sequence[object] = ()) -> Any:
    """Run one statement and return the driver's result.

    Args:
        session: to run it in.
        action: what it does, for the error: ``create table tally.active_users``.
        statement: CQL text or a prepared statement.
        parameters: values of its markers.

    Raises:
        CassandraFailed: the server did not do it.
    """
    with naming(action):
        return session.execute(statement, parameters)


@contextmanager
def naming(action: str) -> Iterator[None]:
    """Turn the driver's failures inside the block into ``CassandraFailed(action, ...)``."""
    try:
        yield
    except (DriverException, NoHostAvailable, ConnectionException) as error:
        raise CassandraFailed(action, _reason(error)) from error


def ensure_keyspace(session: Session, settings: CassandraSettings) -> None:
    """Create the keyspace when it is missing; an existing one is left as it is."""
    replication = (
        f"{{'class': 'NetworkTopologyStrategy', "
        f"{literal(settings.local_datacenter)}: {settings.replication_factor}}}"
    )
    name = quoted(settings.keyspace)
    execute(
        session,
        f"create keyspace {name}",
        f"CREATE KEYSPACE IF NOT EXISTS {name} WITH replication = {replication}",
    )


def ensure_write_ceiling(session: Session, settings: CassandraSettings) -> None:
    """Create the table in which the Cassandra sink reserves write timestamps.

    The sink would create it too; here it is done once, before several writers start at the same time.
    """
    name = f"{quoted(settings.keyspace)}.tally_write_ceiling"
    columns = "table_name text PRIMARY KEY, ceiling bigint"
    execute(session, f"create table {name}", f"CREATE TABLE IF NOT EXISTS {name} ({columns})")


def clear(session: Session, tables: Sequence[ServingTable]) -> list[str]:
    """Empty those of the tables that exist, and return their names."""
    existing = [table for table in tables if exists(session, table)]
    for table in existing:
        statement = SimpleStatement(f"TRUNCATE {table}")
        with naming(f"empty table {table}"):
            session.execute(statement, timeout=_TRUNCATE_SECONDS)
    return [table.name for table in existing]


def drop(session: Session, tables: Sequence[ServingTable]) -> list[str]:
    """Drop those of the tables that exist, and return their names."""
    existing = [table for table in tables if exists(session, table)]
    for table in existing:
        execute(session, f"drop table {table}", f"DROP TABLE IF EXISTS {table}")
    return [table.name for table in existing]


def exists(session: Session, table: ServingTable) -> bool:
    """Return whether the server has a table of this name."""
    found = execute(
        session,
        f"look for table {table}",
        "SELECT table_name FROM system_schema.tables WHERE keyspace_name = %s AND table_name = %s",
        (table.keyspace, table.name),
    )
    return found.one() is not None


def table_ids(session: Session, tables: Sequence[ServingTable]) -> dict[str, str]:
    """Return the id of each table that exists, by its name with its keyspace; one made anew has another."""
    found = {}
    for table in tables:
        row = execute(
            session,
            f"look for table {table}",
            "SELECT id FROM system_schema.tables WHERE keyspace_name = %s AND table_name = %s",
            (table.keyspace, table.name),
        ).one()
        if row is not None:
            found[f"{table.keyspace}.{table.name}"] = str(row[0])
    return found


def count_rows(session: Session, table: ServingTable, at_most: int) -> int:
    """Count the table's rows, up to ``at_most``: the server has no cheap count, so this reads their keys."""
    statement = SimpleStatement(
        f"SELECT {quoted(table.partition_key[0])} FROM {table} LIMIT {at_most}", fetch_size=5000
    )
    action = f"count the rows of table {table}"
    with naming(action):
        return sum(1 for _ in session.execute(statement))


def _cluster(address: str, settings: CassandraSettings) -> Cluster:
    contact_points = split_addresses(address, DEFAULT_PORT)
    profile = ExecutionProfile(
        load_balancing_policy=DCAwareRoundRobinPolicy(settings.local_datacenter),
        consistency_level=ConsistencyLevel.name_to_value[settings.consistency_level],
        row_factory=tuple_factory,
        request_timeout=_REQUEST_SECONDS,
    )
    password = settings.password.get_secret_value() if settings.password else ""
    try:
        return Cluster(
            contact_points,
            port=contact_points[0][1],
            auth_provider=PlainTextAuthProvider(settings.username, password) if settings.username else None,
            execution_profiles={EXEC_PROFILE_DEFAULT: profile},
            connect_timeout=_CONNECT_SECONDS,
            control_connection_timeout=_CONNECT_SECONDS,
            protocol_version=_PROTOCOL_VERSION,
            # Else each session begins with reading the tables of all keyspaces, whatever it is about.
            schema_metadata_enabled=False,
        )
    except UnresolvableContactPoints as error:
        raise CassandraUnreachable(address, "the name of the host is unknown") from error


def _open(cluster: Cluster, address: str, settings: CassandraSettings) -> Session:
    try:
        return cluster.connect()
    except (NoHostAvailable, OperationTimedOut, DriverException, ConnectionException) as error:
        causes = _causes(error)
        if any(isinstance(cause, AuthenticationFailed) for cause in causes):
            raise CassandraRefusedLogin(address, settings.username) from error
        datacenters = tuple(
            sorted({str(host.datacenter) for host in cluster.metadata.all_hosts()} - {"None"})
        )
        if datacenters and settings.local_datacenter not in datacenters:
            raise UnknownDatacenter(address, settings.local_datacenter, datacenters) from error
        raise CassandraUnreachable(address, _reason(error)) from error


def _causes(error: BaseException) -> list[BaseException]:
    """Return the errors by host of a NoHostAvailable, else the error itself."""
    by_host = getattr(error, "errors", None)
    causes = list(by_host.values()) if isinstance(by_host, dict) else []
    return causes or [error]


def _reason(error: BaseException) -> str:
    """Return the first cause in one line: the server's words where it answered."""
    cause = _causes(error)[0]
    if isinstance(cause, OperationTimedOut):
        return f"no answer: {cause.errors}" if isinstance(cause.errors, str) else "no answer in time"
    text = getattr(cause, "strerror", None) or getattr(cause, "message", None) or str(cause)
    # `Error from server: code=2200 [Invalid query] message="..."`, or what was tried and then the cause
    for start in ("Last error: ", 'message="'):
        text = text.rpartition(start)[2]
    return " ".join(text.removesuffix('"').split()) or type(cause).__name__
