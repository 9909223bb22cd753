"""SESSIONS against its oracle: random events, read to their end or live, killed, and at any parallelism."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pytest
from cassandra import InvalidRequest

from tally.recount.sessions import Event, Rules, Session, sessions
from tests.e2e.dead_letters import run_and_kill
from tests.e2e.late_rows import late_rows
from tests.e2e.test_account import accounts
from tests.e2e.test_clock import until
from tests.e2e.workbench import Workbench

EVENTS = """
CREATE TABLE events (
  user_id STRING NOT NULL,
  place STRING NOT NULL,
  kind STRING,
  event_ms BIGINT NOT NULL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '20' SECOND
) WITH ('connector' = 'kafka', 'topic' = '${T}-events', 'format' = 'json');
"""
CALLED = """
CREATE VIEW {name}_view AS SELECT * FROM SESSIONS(
  input => TABLE events PARTITION BY user_id,
  kind => DESCRIPTOR(kind), starts => 'START', ends => 'END', {lengths},
  carry => DESCRIPTOR(place), on_time => DESCRIPTOR(event_time), uid => '{name}');
CREATE MATERIALIZED TABLE {name} (PRIMARY KEY (user_id, started_at) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT user_id, started_at, ended_at, end_reason, place FROM {name}_view;
CREATE MATERIALIZED TABLE {name}_online (PRIMARY KEY (place) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT place, SUM(delta) AS users FROM {name}_view GROUP BY place;
"""
LENGTHS = {
    "bounded": "timeout => INTERVAL '10' SECOND, max_length => INTERVAL '25' SECOND",
    "silent": "timeout => INTERVAL '7' SECOND",
}
RULES = {
    "bounded": Rules("START", "END", 10_000, 25_000),
    "silent": Rules("START", "END", 7_000),
}
LAST_YEAR = 1_700_000_000_000
FOREVER = LAST_YEAR + 10**9
PAUSE = 600_000
"""Milliseconds of event time between two loads: more than passes by the clock while a job runs."""
SETS = 50
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass
class Load:
    """Events of users in whole seconds, so that many are of one time, and many at the moment of a time-out."""

    chance: random.Random
    begun: int = LAST_YEAR

    def events(self, seconds: int) -> list[Event]:
        """Return events of some seconds, up to 20 seconds out of order, some of them twice."""
        found: list[tuple[float, Event]] = []
        for user in (f"{number}-{name}" for number in range(SETS) for name in "abc"):
            for at in sorted(self.chance.choices(range(seconds), k=seconds // 4)):
                kind = self.chance.choices(["START", "END", "view"], [5, 4, 2])[0]
                event = Event(user, self.begun + 1000 * at, kind, f"place-{hash_of(user, at) % 7}")
                for _ in range(self.chance.choice([1, 1, 1, 2])):
                    found.append((at + self.chance.uniform(0, 19.9), event))
        self.begun += PAUSE
        return [event for _, event in sorted(found, key=lambda one: one[0])]


def hash_of(user: str, at: int) -> int:
    """Return the same number for the same event in every run."""
    return sum(map(ord, user)) + at


def produce(bench: Workbench, topic: str, events: Iterable[Event]) -> None:
    chance = random.Random(5)
    partitions: dict[int, list[tuple[None, dict[str, object], None]]] = {}
    for event in events:
        kind = None if event.kind == "view" and chance.random() < 0.3 else event.kind
        value = {"user_id": event.key, "place": event.carried, "kind": kind, "event_ms": event.at}
        partitions.setdefault(chance.randrange(4), []).append((None, value, None))
    for partition, records in partitions.items():
        bench.produce(topic, records, partition)


def served(bench: Workbench, name: str) -> list[Session]:
    try:
        rows = bench.rows(name, "user_id, started_at, place, ended_at, end_reason")
    except InvalidRequest:
        return []  # the table is not there yet
    return [
        Session(key, _ms(at), place, None if end is None else _ms(end), why)
        for key, at, place, end, why in rows
    ]


def _ms(moment: datetime) -> int:
    return (moment.replace(tzinfo=timezone.utc) - EPOCH) // timedelta(milliseconds=1)


def expected(events: Sequence[Event], name: str, at: int) -> list[Session]:
    return sorted(sessions(events, RULES[name], at), key=lambda one: (one.key, one.started_at))


def online(found: Iterable[Session]) -> dict[object, int]:
    counted = Counter[object]()
    for session in found:
        counted[session.carried] += session.reason is None
    return dict(counted)


def shop(bench: Workbench) -> str:
    sql = "".join(CALLED.format(name=name, lengths=lengths) for name, lengths in LENGTHS.items())
    bench.write({"sql/sources/events.sql": EVENTS, "sql/aggregates/a0.sql": sql})
    return bench.topic("events", 4)


@pytest.mark.parametrize("parallelism", [1, 3])
def test_what_is_read_to_its_end_is_as_at_the_newest_event(bench: Workbench, parallelism: int) -> None:
    bench.settings["TALLY_FLINK_PARALLELISM"] = str(parallelism)
    topic = shop(bench)
    events = Load(random.Random(parallelism)).events(120)
    produce(bench, topic, events)
    bench.run(bounded=True)
    at = max(event.at for event in events)
    for name in RULES:
        found = expected(events, name, at)
        assert served(bench, name) == found
        assert dict(bench.rows(f"{name}_online", "place, users")) == online(found)
        assert sum(one.reason is None for one in found) > 10
    assert late_rows(bench.kafka, f"{topic}.late") == []
    [total] = {(one.read, one.late, one.counted, one.complaints) for one in accounts(bench).values()}
    assert total == (len(events), 0, len(events), ())


def test_live_across_kills_at_any_parallelism_and_time_outs_in_silence(bench: Workbench) -> None:
    topic = shop(bench)
    load, events = Load(random.Random(9)), list[Event]()
    for parallelism in (2, 1, 3):
        bench.settings["TALLY_FLINK_PARALLELISM"] = str(parallelism)
        events += (before := load.events(60))
        produce(bench, topic, before)
        with run_and_kill(bench) as run:
            run.until_checkpointed("a0", 2)
            events += (more := load.events(60))
            produce(bench, topic, more)
    bench.settings["TALLY_FLINK_PARALLELISM"] = "2"
    bench.run(
        until=until(
            lambda: all(served(bench, name) == expected(events, name, FOREVER) for name in RULES), 120
        )
    )
    assert late_rows(bench.kafka, f"{topic}.late") == []
    for name in RULES:
        assert set(dict(bench.rows(f"{name}_online", "place, users")).values()) == {0}
