"""Events in the recount's database -> sessions in it: the table ``presence`` for an aggregate that is made of them.

Its columns are the key, started_ms, ended_ms and end_reason (both null for an open session), and what a session takes
from its START. Rows that the job says were late for the aggregate are left out. Time has come to the newest event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow

from tally.recount.sessions import Event, Rules, Session, sessions

_HOUR = 3_600_000


@dataclass(frozen=True)
class Presence:
    """How sessions are made.

    Attributes:
        table: of events.
        key: column that tells whose an event is.
        carried: expressions over a START's columns, by name.
        rules: what makes a session.
    """

    table: str
    key: str
    carried: Mapping[str, str]
    rules: Rules


_USERS = Presence("user_sessions", "user_id", {"region": "region"}, Rules("START", "END", 6 * _HOUR))
_LEG = "leg_metres(origin_latitude, origin_longitude, destination_latitude, destination_longitude)"
_AIRCRAFT = Presence(
    "flight_events",
    "tailnum",
    {"carrier": "carrier", "metres": _LEG},
    Rules("TAKEOFF", "LANDING", 24 * _HOUR),
)
PRESENCE: Mapping[str, Presence] = {
    "active_users": _USERS,
    "active_users_by_region": _USERS,
    "sessions": _USERS,
    "session_minutes": _USERS,
    "aircraft_in_flight": _AIRCRAFT,
}
"""Aggregates that are made of sessions."""


def make_presence(connection: duckdb.DuckDBPyConnection, aggregate: str) -> None:
    """Make the table ``presence`` of an aggregate of ``PRESENCE``, in the place of another's."""
    how = PRESENCE[aggregate]
    found = sessions(_events(connection, how, aggregate), how.rules, _newest(connection, how))
    connection.register("found", _table(how, list(found)))
    connection.execute("CREATE OR REPLACE TABLE presence AS SELECT * FROM found")
    connection.unregister("found")


def _events(connection: duckdb.DuckDBPyConnection, how: Presence, aggregate: str) -> list[Event]:
    carried = ", ".join(how.carried.values())
    rows = connection.execute(
        f"SELECT {how.key}, event_ms, kind, {carried} FROM {how.table} "
        'ANTI JOIN (SELECT * FROM late WHERE aggregate = ?) USING ("partition", "offset") '
        'ORDER BY "partition", "offset"',
        [aggregate],
    )
    return [Event(key, at, kind, tuple(values)) for key, at, kind, *values in rows.fetchall()]


def _newest(connection: duckdb.DuckDBPyConnection, how: Presence) -> int:
    [(newest,)] = connection.execute(f"SELECT coalesce(max(event_ms), 0) FROM {how.table}").fetchall()
    return int(newest)


def _table(how: Presence, found: Sequence[Session]) -> pyarrow.Table:
    columns = {
        how.key: [one.key for one in found],
        "started_ms": [one.started_at for one in found],
        "ended_ms": [one.ended_at for one in found],
        "end_reason": [one.reason for one in found],
    }
    for place, name in enumerate(how.carried):
        columns[name] = [one.carried[place] for one in found]
    types = {"ended_ms": pyarrow.int64(), "end_reason": pyarrow.string()}
    return pyarrow.table({name: pyarrow.array(values, types.get(name)) for name, values in columns.items()})
