"""``python -m benchmarks freshness``: from a window's end to its row in Cassandra, in traffic and after silence."""

from __future__ import annotations

import json
import math
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cassandra import InvalidRequest
from cassandra.cluster import NoHostAvailable, Session
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from benchmarks.commands import TALLY, environment
from benchmarks.results import save, show_rows
from benchmarks.servers import Servers, running
from benchmarks.trees import cpu_of, family
from tally.serving.cassandra import connect
from tally.settings import CassandraSettings

PARTITIONS = 4
EVENTS_A_SECOND = 200
TRAFFIC_SECONDS = 20
SILENCE_SECONDS = 15
IDLE_SECONDS = 60
_LOOK_SECONDS = 0.02
_PATIENCE_SECONDS = 120
_WATERMARK_DELAY_MS = 1_000
_FILES = {
    "sources/events": """
CREATE TABLE events (
  event_ms BIGINT NOT NULL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND
) WITH ('connector' = 'kafka', 'topic' = 'clicks', 'format' = 'json', 'scan.startup.mode' = 'latest-offset',
  'event-time.clock' = '{clock}');
""",
    "aggregates/seconds": """
CREATE MATERIALIZED TABLE seconds (PRIMARY KEY (window_end) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT window_end, COUNT(*) AS events FROM TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' SECOND)
GROUP BY window_start, window_end;
""",
}


@dataclass(frozen=True)
class Closed:
    """A window of one second.

    Attributes:
        end: in epoch milliseconds.
        after: milliseconds from its end until its row was seen.
        by_events: whether an event came that closed it; otherwise the clock did.
    """

    end: int
    after: float
    by_events: bool


def freshness(bursts: int, out: Path) -> None:
    """Measure, print a table and write the JSON.

    Args:
        bursts: of traffic, each with silence behind it.
        out: folder of the results.
    """
    with running() as servers:
        admin = AdminClient({"bootstrap.servers": servers.kafka})
        admin.create_topics([NewTopic("clicks", PARTITIONS, 1)])["clicks"].result(30)
        closed, by_clock = _measured(servers, "true", bursts)
        _, by_events = _measured(servers, "false", 0)
    save(
        out,
        "freshness",
        {"windows": [vars(one) for one in closed], "idle_cpu": {"clock": by_clock, "off": by_events}},
    )
    _show(closed, bursts)
    cpu = [("clock on", f"{by_clock:.2f}"), ("clock off", f"{by_events:.2f}")]
    show_rows(f"CPU s of a job in {IDLE_SECONDS} s of silence", ("", "CPU s"), cpu)


def _measured(servers: Servers, clock: str, bursts: int) -> tuple[list[Closed], float]:
    keyspace = f"clock_{clock}"
    with (
        _running(servers, keyspace, clock) as process,
        connect(servers.cassandra, CassandraSettings()) as session,
    ):
        watch = _Watch(session, keyspace)
        watch.until_there(servers.kafka, clock == "true")
        closed = [one for _ in range(bursts) for one in watch.burst(servers.kafka)]
        before = sum(cpu_of(family(process.pid)).values())
        time.sleep(IDLE_SECONDS)
        return closed, sum(cpu_of(family(process.pid)).values()) - before


@contextmanager
def _running(servers: Servers, keyspace: str, clock: str) -> Iterator[subprocess.Popen[bytes]]:
    folder = servers.root / "runs" / keyspace
    for name, text in _FILES.items():
        path = folder / "sql" / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("{clock}", clock), "utf-8")
    variables = {
        "TALLY_KAFKA_BOOTSTRAP_SERVERS": servers.kafka,
        "TALLY_CASSANDRA_CONTACT_POINTS": servers.cassandra,
        "TALLY_CASSANDRA_KEYSPACE": keyspace,
        "TALLY_FLINK_PARALLELISM": "2",
    }
    with (folder / "output.log").open("wb") as output:
        process = subprocess.Popen(
            (*TALLY, "run"), cwd=folder, env=environment(variables), stdout=output, stderr=output
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


class _Watch:
    """Looks at a table again and again, and notes when each window was first seen."""

    def __init__(self, session: Session, keyspace: str) -> None:
        self._session = session
        self._query = f"SELECT window_end FROM {keyspace}.seconds"
        self._seen: dict[int, float] = {}

    def look(self) -> None:
        """Look once."""
        try:
            rows = self._session.execute(self._query)
        except (InvalidRequest, NoHostAvailable):
            return  # no such table yet
        now = time.time() * 1000
        for (end,) in rows:
            self._seen.setdefault(int(end.timestamp() * 1000) if hasattr(end, "timestamp") else int(end), now)

    def until_there(self, kafka: str, closes: bool) -> None:
        """Send events until a window is seen, or, where none closes in silence, until there is the table."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._seen:
            if time.monotonic() > deadline:
                raise RuntimeError("tally run served no window")
            _traffic(kafka, 1)
            self.look()
        if closes:
            time.sleep(SILENCE_SECONDS)
        self.look()

    def burst(self, kafka: str) -> list[Closed]:
        """Send events for a while, then none, and return the windows that closed."""
        known = set(self._seen)
        last: list[int] = []
        traffic = threading.Thread(target=lambda: last.append(_traffic(kafka, TRAFFIC_SECONDS)))
        traffic.start()
        until = time.monotonic() + TRAFFIC_SECONDS + SILENCE_SECONDS
        while time.monotonic() < until:
            self.look()
            time.sleep(_LOOK_SECONDS)
        traffic.join()
        return [
            Closed(end, seen - end, end + _WATERMARK_DELAY_MS <= last[0])
            for end, seen in self._seen.items()
            if end not in known
        ]


def _traffic(kafka: str, seconds: float) -> int:
    """Send events of now to all partitions, and return when the last happened, in epoch milliseconds."""
    producer = Producer({"bootstrap.servers": kafka, "linger.ms": 5})
    chance = random.Random(1)
    until, now = time.time() + seconds, 0
    while time.time() < until:
        now = int(time.time() * 1000)
        producer.produce("clicks", json.dumps({"event_ms": now}), partition=chance.randrange(PARTITIONS))
        producer.poll(1 / EVENTS_A_SECOND)
    if producer.flush(30):
        raise RuntimeError("Kafka did not take the events")
    return now


def _show(closed: Sequence[Closed], bursts: int) -> None:
    rows = []
    for name, by_events in (("closed by events", True), ("closed by the clock", False)):
        after = sorted(one.after / 1000 for one in closed if one.by_events is by_events)
        rows.append((name, f"{len(after)}", *(f"{_percentile(after, share):.2f}" for share in (0.5, 0.99))))
    show_rows(
        f"from a window's end to its row, {bursts} bursts of traffic", ("", "windows", "p50 s", "p99 s"), rows
    )


def _percentile(values: Sequence[float], share: float) -> float:
    """Return the least value that this share of all values does not exceed; ``values`` in order."""
    return values[max(0, math.ceil(share * len(values)) - 1)] if values else math.nan
