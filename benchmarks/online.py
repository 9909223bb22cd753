"""``python -m benchmarks online``: users online, by SESSIONS and by each user's latest event."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka.admin import NewTopic

from benchmarks.commands import TALLY, costed
from benchmarks.events import FIRST_MS, LARGE_BATCHES, PARTITIONS, create_topic, send, user_id
from benchmarks.figures import figures
from benchmarks.recount import WrongResult
from benchmarks.results import save, show, told
from benchmarks.runs import Run
from benchmarks.servers import Servers, running, server_cpu
from tally.serving.cassandra import connect
from tally.serving.kafka import producer
from tally.settings import CassandraSettings

USERS = 100_000
REGIONS = 8
_SOURCE = """
CREATE TABLE visits (
  user_id STRING NOT NULL, region STRING NOT NULL, kind STRING NOT NULL, event_ms BIGINT NOT NULL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3), WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND
) WITH ('connector' = 'kafka', 'topic' = '{topic}', 'format' = 'json');
"""
_ONLINE = """
CREATE MATERIALIZED TABLE online (PRIMARY KEY (region) NOT ENFORCED) WITH ('sinks' = 'cassandra') AS
SELECT region, {users} AS users FROM {events} GROUP BY region;
"""
QUERIES = {
    "sessions": _ONLINE.format(
        users="SUM(delta)",
        events=(
            "SESSIONS(input => TABLE visits PARTITION BY user_id, kind => DESCRIPTOR(kind), starts => 'START', "
            "ends => 'END', timeout => INTERVAL '6' HOUR, carry => DESCRIPTOR(region), "
            "on_time => DESCRIPTOR(event_time))"
        ),
    ),
    "latest event": _ONLINE.format(
        users="COUNT(*) FILTER (WHERE kind = 'START')",
        events=(
            "(SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY event_time DESC) AS recency "
            "FROM visits) WHERE recency = 1)"
        ),
    ),
}
"""What is compared: each gives the users online by region."""


@dataclass(frozen=True)
class Visits:
    """A repeatable sequence of STARTs and ENDs, two milliseconds of event time apart, in order and none missing."""

    count: int

    def __iter__(self) -> Iterator[tuple[int, str, int]]:
        """Yield (number of the user, kind, event time in ms)."""
        draw, online = random.Random(11).random, set[int]()
        for number in range(self.count):
            user = int(draw() * USERS)
            online ^= {user}
            yield user, "START" if user in online else "END", FIRST_MS + 2 * number

    def online(self) -> dict[str, int]:
        """Return how many users are online at the end, by region."""
        online, regions = set[int](), {_region(user) for user, _, _ in self}
        for user, _, _ in self:
            online ^= {user}
        return {**dict.fromkeys(regions, 0), **Counter(map(_region, online))}


def online(sizes: Sequence[int], repeats: int, out: Path) -> None:
    """Run both in turns, print a table and write the JSON.

    Args:
        sizes: two numbers of events.
        repeats: of each at each size.
        out: folder of the results.

    Raises:
        WrongResult: a run served something else than the generator's own count.
    """
    runs = []
    with running() as servers:
        expected = {size: _preloaded(servers, size) for size in sizes}
        for number, (repeat, name, size) in enumerate(itertools.product(range(repeats), QUERIES, sizes)):
            runs.append(_run(servers, f"run{number}", (name, size, repeat), expected[size]))
            print(told(runs[-1]), flush=True)
    found = figures(runs, sizes)
    document = {"figures": [one.as_json() for one in found], "runs": [run.as_json() for run in runs]}
    save(out, "online", {"sizes": sizes, **document})
    show(f"users online: {min(sizes):,} and {max(sizes):,} events, {repeats} repeats", found)


def _preloaded(servers: Servers, size: int) -> dict[str, int]:
    print(f"preloading {size:,} events", flush=True)
    topic = _topic(size)
    create_topic(servers.kafka, NewTopic(topic, PARTITIONS, 1))
    client, visits = producer(servers.kafka, **LARGE_BATCHES), Visits(size)
    for user, kind, at in visits:
        value = f'{{"user_id":"{user_id(user)}","region":"{_region(user)}","kind":"{kind}","event_ms":{at}}}'
        send(client, topic, user, value)
    if client.flush(120):
        raise RuntimeError("Kafka did not take the events")
    return visits.online()


def _run(servers: Servers, name: str, what: tuple[str, int, int], expected: Mapping[str, int]) -> Run:
    query, size, repeat = what
    folder = servers.root / "runs" / name
    for path, text in {"sources/visits": _SOURCE, "aggregates/online": QUERIES[query]}.items():
        file = folder / "sql" / f"{path}.sql"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("{topic}", _topic(size)), "utf-8")
    before = server_cpu(servers.root)
    cost = costed((*TALLY, "run", "--bounded"), folder, _variables(servers, name))
    after = server_cpu(servers.root)
    with connect(servers.cassandra, CassandraSettings()) as session:
        served = {
            region: users for region, users in session.execute(f"SELECT region, users FROM {name}.online")
        }
        session.execute(f"DROP KEYSPACE {name}")
    if served != expected:
        raise WrongResult(f"{query}, {size:,} events: {served} served, {expected} expected")
    return Run(query, size, repeat, cost, {one: after[one] - before[one] for one in before}, None)


def _variables(servers: Servers, keyspace: str) -> dict[str, str]:
    return {
        "TALLY_KAFKA_BOOTSTRAP_SERVERS": servers.kafka,
        "TALLY_CASSANDRA_CONTACT_POINTS": servers.cassandra,
        "TALLY_CASSANDRA_KEYSPACE": keyspace,
        "TALLY_FLINK_PARALLELISM": "2",
        "TALLY_FLINK_MEMORY": "1g",
    }


def _topic(size: int) -> str:
    return f"visits-{size}"


def _region(user: int) -> str:
    return f"region-{user % REGIONS}"
