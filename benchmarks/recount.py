"""What a run served, read back from Cassandra and from the upsert topic, against the generator's own totals."""

from __future__ import annotations

import json
from datetime import datetime, timezone

from benchmarks.events import Totals
from benchmarks.servers import Servers
from benchmarks.workloads import Workload
from tally.serving.cassandra import connect
from tally.serving.tombstones import read_to_end
from tally.serving.topics import end_offsets
from tally.settings import CassandraSettings


class WrongResult(RuntimeError):
    """A run served something else than the generator's totals: its figures mean nothing."""


def check(found: Totals, expected: Totals, place: str) -> None:
    """Compare row counts, sums and every row.

    Raises:
        WrongResult: they differ.
    """
    if found != expected:
        wrong = sum(1 for key in found.keys() | expected.keys() if found.get(key) != expected.get(key))
        raise WrongResult(
            f"{place}: {wrong} rows differ; {_summary(found)} served, {_summary(expected)} expected"
        )


def _summary(totals: Totals) -> str:
    payments, amount = (sum(values[part] for values in totals.values()) for part in (0, 1))
    return f"{len(totals)} rows, {payments} payments, amount {amount}"


def served_by_cassandra(servers: Servers, keyspace: str, workload: Workload) -> Totals:
    """Return every row of the workload's table."""
    columns = ", ".join((*workload.key, "payments", "amount"))
    with connect(servers.cassandra, CassandraSettings()) as session:
        rows = session.execute(f"SELECT {columns} FROM {keyspace}.{workload.name}")
        return {tuple(map(_key_part, row[:-2])): (row[-2], row[-1]) for row in rows}


def served_by_kafka(servers: Servers, topic: str, workload: Workload) -> Totals:
    """Return the last value of each key of the upsert topic, deleted keys left out."""
    records = read_to_end(servers.kafka, topic, end_offsets(servers.kafka, topic))
    last = {record.key: record.value for record in records}
    values = [json.loads(value) for value in last.values() if value is not None]
    return {
        tuple(_key_part(row[name]) for name in workload.key): (row["payments"], row["amount"])
        for row in values
    }


def records_of(servers: Servers, topic: str) -> int:
    """Return how many records a topic was written."""
    return sum(high for _, high in end_offsets(servers.kafka, topic).values())


def _key_part(value: str | datetime) -> str | int:
    """Return a time, of CQL or of JSON, in ms since 1970; a user as it is."""
    if isinstance(value, str) and value.startswith("user-"):
        return value
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return round(moment.replace(tzinfo=timezone.utc).timestamp() * 1000)
