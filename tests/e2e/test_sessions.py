"""SESSIONS against its oracle: random events, read to their end or live, killed, and at any parallelism."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pytest
from cassandra import InvalidRequest

from tally.recount.sessions import Event, Rules, Session, sessions
from tally.running.following import Progress
from tally.running.rest import wait_for
from tests.e2e.dead_letters import run_and_kill
from tests.e2e.late_rows import late_rows
from tests.e2e.outages import PATIENCE
from tests.e2e.test_account import accounts
from tests.e2e.test_clock import now, until
from tests.e2e.workbench import Workbench

EVENTS = """
CREATE TABLE events (
  user_id STRING NOT NULL,
  place STRING NOT NULL,
  kind STRING,
  event_ms BIGINT NOT NULL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '20' SECOND
) WITH ('connector' = 'kafka', 'topic' = '${T}-events', 'format' = 'json'{options});
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


def shop(bench: Workbench, options: str = "") -> str:
    sql = "".join(CALLED.format(name=name, lengths=lengths) for name, lengths in LENGTHS.items())
    source = EVENTS.replace("{options}", options)
    bench.write({"sql/sources/events.sql": source, "sql/aggregates/a0.sql": sql})
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


SLOW = """import time

from pyflink.table import DataTypes
from pyflink.table.udf import udf


@udf(result_type=DataTypes.STRING())
def slow(kind):
    time.sleep(0.002)
    return kind
"""


def test_a_source_that_ends_comes_to_its_newest_event_also_where_that_was_read_before_a_kill(
    bench: Workbench,
) -> None:
    """By then its partition was read to the end, and of the other one there is much left."""
    bench.settings["TALLY_FLINK_PARALLELISM"] = "2"
    topic = shop(bench, ", 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'")
    called = CALLED.format(name="silent", lengths=LENGTHS["silent"])
    slowed = called.replace("TABLE events", "(SELECT *, slow(kind) AS slowed FROM events)")
    bench.write(
        {
            "udfs/__init__.py": "",
            "udfs/slow.py": SLOW,
            "sql/functions/slow.sql": "CREATE FUNCTION slow AS 'udfs.slow.slow' LANGUAGE PYTHON;",
            "sql/aggregates/a0.sql": slowed.replace("DESCRIPTOR(kind)", "DESCRIPTOR(slowed)"),
        }
    )
    start = {"user_id": "u", "place": "p", "kind": "START", "event_ms": LAST_YEAR}
    bench.produce(topic, [(None, start, None)] * 5_000, 1)
    bench.produce(topic, [(None, {**start, "user_id": "v", "event_ms": LAST_YEAR + 60_000}, None)], 0)
    with run_and_kill(bench) as run:
        run.until_checkpointed("a0", 2)
        read = max(one.read or 0 for one in accounts(bench).values())
    assert 0 < read < 4_000
    with run_and_kill(bench) as run:
        assert run.process.wait(PATIENCE) == 0
    assert served(bench, "silent") == [
        Session("u", LAST_YEAR, "p", LAST_YEAR + 7_000, "timeout"),
        Session("v", LAST_YEAR + 60_000, "p"),
    ]


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


def test_a_late_event_is_put_out_and_accounted_for(bench: Workbench) -> None:
    """By events alone, so that it is known how far time has come."""
    topic = shop(bench, ", 'event-time.clock' = 'false'")
    old, late = LAST_YEAR, LAST_YEAR + 50_000
    start = {"user_id": "u", "place": "here", "kind": "START", "event_ms": old}
    bench.produce(topic, [(None, start, None)], 1)
    for partition in range(4):
        bench.produce(
            topic, [(None, {**start, "user_id": "v", "event_ms": LAST_YEAR + 100_000}, None)], partition
        )
    sent: list[str] = []

    def refused() -> bool:
        if not sent and any(one.key == "u" for one in served(bench, "silent")):
            sent.append("late")
            bench.produce(topic, [(None, {**start, "event_ms": late}, None)], 2)
        return bool(sent) and len(late_rows(bench.kafka, f"{topic}.late")) == 2

    bench.run(until=until(refused))
    moment = f"{datetime.fromtimestamp(late / 1000, timezone.utc):%FT%T}Z"
    for row in late_rows(bench.kafka, f"{topic}.late"):
        assert row.row == {**start, "event_ms": late, "event_time": moment}
        assert (row.said["watermark"], row.identity) == (str(LAST_YEAR + 80_000), "2-1")
    totals = {(one.read, one.late, one.counted, one.complaints) for one in accounts(bench).values()}
    assert totals == {(6, 1, 5, ())}


def test_event_times_without_a_zone(bench: Workbench) -> None:
    source = EVENTS.replace("event_ms BIGINT NOT NULL", "event_time TIMESTAMP(3)").replace(
        "  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),\n", ""
    )
    bench.write(
        {
            "sql/sources/events.sql": source.replace("{options}", ""),
            "sql/aggregates/a0.sql": CALLED.format(name="silent", lengths=LENGTHS["silent"]),
        }
    )
    topic = bench.topic("events")
    for kind, second in (("START", 1), ("END", 4), ("START", 5)):
        event = {"user_id": "u", "place": "p", "kind": kind, "event_time": f"2023-11-14 22:13:2{second}"}
        bench.produce(topic, [(None, event, None)])
    bench.run(bounded=True)
    assert served(bench, "silent") == [
        Session("u", LAST_YEAR + 1_000, "p", LAST_YEAR + 4_000, "end"),
        Session("u", LAST_YEAR + 5_000, "p"),
    ]


DAY_OF_USERS = 20_000


def test_who_has_gone_leaves_no_state(bench: Workbench) -> None:
    """After a day of users, each online for a minute."""
    topic = shop(bench)
    second = 86_400 // DAY_OF_USERS
    for partition in range(4):
        bench.produce(
            topic,
            [
                (None, {"user_id": f"user-{n}", "place": "p", "kind": kind, "event_ms": at}, None)
                for n in range(partition, DAY_OF_USERS, 4)
                for kind, at in (
                    ("START", LAST_YEAR + 1000 * n * second),
                    ("END", LAST_YEAR + 1000 * n * second + 3_000),
                )
            ],
            partition,
        )
    with run_and_kill(bench) as run:
        wait_for(lambda: len(served(bench, "silent")) == DAY_OF_USERS, 240)
        wait_for(lambda: all(one.reason for one in served(bench, "silent")), 240)
        run.until_checkpointed("a0", 2)
        kept = run.checkpoint("a0")["state_size"]
    assert kept < 5 * DAY_OF_USERS


ONLINE = """
CREATE MATERIALIZED TABLE online (PRIMARY KEY (segment) NOT ENFORCED) WITH ('sinks' = 'cassandra') AS
SELECT segment, SUM(delta) AS users FROM (
  SELECT 'all' AS segment, delta FROM SESSIONS(
    input => TABLE events PARTITION BY user_id,
    kind => DESCRIPTOR(kind), starts => 'START', ends => 'END', timeout => INTERVAL '15' SECOND,
    on_time => DESCRIPTOR(event_time)))
GROUP BY segment;
"""
BEHIND = 20_000
"""Milliseconds that what is served may be behind the present: the clock's 5 s, and a busy machine."""


def test_online_now_is_right_during_traffic_and_in_silence(bench: Workbench) -> None:
    """A user comes online every 200 ms for a while, and none says when it goes."""
    source = EVENTS.replace("'20' SECOND", "'1' SECOND").replace("{options}", "")
    bench.write({"sql/sources/events.sql": source, "sql/aggregates/a0.sql": ONLINE})
    topic = bench.topic("events", 2)
    came: list[int] = []
    found: list[tuple[int, int, int]] = []

    def come() -> None:
        for number in range(80):
            came.append(now())
            event = {"user_id": f"u{number}", "place": "p", "kind": "START", "event_ms": came[-1]}
            bench.produce(topic, [(None, event, None)], number % 2)
            time.sleep(0.2)

    users = threading.Thread(target=come)

    def gone(progress: Sequence[Progress]) -> bool:
        if not came and all(one.state == "RUNNING" for one in progress):
            users.start()
        before = now()
        with suppress(InvalidRequest):  # the table is not there yet
            found.extend((before, n, now()) for (n,) in bench.rows("online", "users"))
        return bool(came) and not users.is_alive() and now() > came[-1] + 15_000 + BEHIND

    bench.run(until=gone)
    assert len(found) > 20
    assert max(n for _, n, _ in found) > 10
    assert found[-1][1] == 0
    wrong = [one for one in found if one[1] not in online_between(came, one[0] - BEHIND, one[2])]
    assert wrong == []


def online_between(came: Sequence[int], first: int, last: int) -> set[int]:
    """Return the numbers of users online at one moment or another, each for 15 s."""
    changes = [moment for at in came for moment in (at, at + 15_000) if first < moment <= last]
    return {sum(at <= moment < at + 15_000 for at in came) for moment in (first, *changes)}
