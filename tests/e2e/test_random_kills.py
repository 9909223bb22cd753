"""SIGKILL at random moments: whatever a `tally run` was about, the next ones account for each record, by identity.

A seed draws the load, the clock, and how many partitions and readers there are; and for each start the parallelism,
how often there are checkpoints, and the moment of the kill: what Flink's log or the topic of letters says then, so
that a slow machine is killed where a fast one is, and a random while later. ``KILL_TEST_SEEDS=10,11,12`` runs other
seeds than CI does, which has the time for one.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from tally.serving.account_meters import source_figures
from tally.serving.errors import KafkaFailed
from tally.serving.topics import end_offsets
from tests.e2e.dead_letters import bad_events, committed, letters, run_and_kill
from tests.e2e.late_rows import MINUTE, START, Disordered, late_rows, milliseconds
from tests.e2e.outages import PATIENCE, Run
from tests.e2e.test_account import accounts, figures, records, wrong
from tests.e2e.workbench import Workbench

SEEDS = [int(seed) for seed in os.environ.get("KILL_TEST_SEEDS", "1").split(",")]
GAP = 2_000
"""Milliseconds of silence that end a session."""
EVENTS = """
CREATE TABLE events (
  user_id STRING NOT NULL,
  amount BIGINT,
  event_ms BIGINT,
  p INT NOT NULL METADATA FROM 'partition' VIRTUAL,
  o BIGINT NOT NULL METADATA FROM 'offset' VIRTUAL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '20' SECOND
) WITH (
  'connector' = 'kafka', 'topic' = '${T}-events', 'format' = 'json', 'scan.watermark.emit.strategy' = 'on-event',
  'dead-letter.max-share' = '1', %s
);
"""
KNOWN = """
CREATE VIEW known AS
SELECT user_id, event_ms, event_time, CAST(p AS STRING) || '-' || CAST(o AS STRING) AS e FROM events;
"""
# What a killed attempt wrote of a window is taken back, so that each result stands there once.
LISTED = """
CREATE MATERIALIZED TABLE {name} (PRIMARY KEY (user_id, window_start, window_end) NOT ENFORCED)
WITH ('sinks' = '{sinks}', 'kafka.topic' = '${{T}}-{name}', 'kafka.delivery' = 'exactly-once')
AS SELECT user_id, window_start, window_end, LISTAGG(e) AS events
FROM TABLE({window}) GROUP BY user_id, window_start, window_end;
"""
WINDOWS = {
    "minutes": "TUMBLE(TABLE known, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)",
    "hops": "HOP(TABLE known, DESCRIPTOR(event_time), INTERVAL '1' MINUTE, INTERVAL '3' MINUTE)",
    "sums": "CUMULATE(TABLE known, DESCRIPTOR(event_time), INTERVAL '1' MINUTE, INTERVAL '4' MINUTE)",
    "stays": "SESSION(TABLE known PARTITION BY user_id, DESCRIPTOR(event_time), INTERVAL '2' SECOND)",
}
OTHERS = """
CREATE MATERIALIZED TABLE ranked (PRIMARY KEY (window_start, window_end, place) NOT ENFORCED)
WITH ('sinks' = 'kafka', 'kafka.topic' = '${T}-ranked', 'kafka.delivery' = 'exactly-once')
AS SELECT window_start, window_end, place, e AS events FROM (
  SELECT window_start, window_end, e, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY e) AS place
  FROM TABLE(TUMBLE(TABLE known, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))
) WHERE place <= 100000;
CREATE MATERIALIZED TABLE totals (PRIMARY KEY (user_id) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT user_id, LISTAGG(e) AS events, COUNT(*) AS n FROM known WHERE event_ms % 7000 <> 0 GROUP BY user_id;
"""
AGGREGATES = (*WINDOWS, "ranked")
"""Those whose windows close."""


@dataclass
class Torn(Disordered):
    """Disordered events, and among them records that are none, for any reason; by identity in ``reasons``."""

    reasons: dict[str, str] = field(default_factory=dict)

    def _bad(self, identity: str) -> tuple[bytes | None, bytes | None]:
        event: dict[str, object] = {"user_id": "u1", "event_ms": START}
        self.reasons[identity], key, value = self._random.choice(bad_events(event))
        return key, value


@dataclass(frozen=True)
class Moment:
    """When a run is killed.

    Attributes:
        said: what Flink's log says then; empty: that it is there; None: at once.
        times: so often.
        later: so many seconds later.
        checkpoints: interval of checkpoints.
    """

    said: str | None
    times: int
    later: float
    checkpoints: str = "300 ms"


LETTERS = "letters"
"""Stands for what the log does not say: dead letters that are written, and not yet committed."""
CLUSTER = "Rest endpoint listening at"
_STARTING = (Moment(None, 1, 2), Moment("", 1, 3), Moment(CLUSTER, 1, 1))
_RESTORING = (
    Moment("switched from state CREATED to RUNNING", 1, 0.5),
    Moment("switched from DEPLOYING to INITIALIZING", 8, 0.2),
    Moment("switched from INITIALIZING to RUNNING", 8, 0.2),
)
# Its first checkpoint never comes.
_READING = (Moment(LETTERS, 20, 0.5, "10 min"),)
_IN_CHECKPOINT = (Moment("Triggering checkpoint", 4, 0.1),)
# Transactions are committed a moment after it.
_IN_COMMIT = (Moment("Completed checkpoint", 4, 0.03),)
_BETWEEN = (Moment("Completed checkpoint", 3, 1, "1 s"),)
KINDS = (_STARTING, _RESTORING, _READING, _IN_CHECKPOINT, _IN_COMMIT, _BETWEEN)
"""The latest of each kind; one of each is drawn for each seed."""


def drawn(chance: random.Random) -> list[Moment]:
    """Return a moment of each kind, in any order."""
    latest = [chance.choice(kind) for kind in KINDS]
    chance.shuffle(latest)
    return [
        Moment(one.said, chance.randint(1, one.times), chance.uniform(0, one.later), one.checkpoints)
        for one in latest
    ]


Pair = tuple[str, int, int]
"""An event, and a window from when till when."""


class Shop:
    """A project with every kind of aggregate, and the load that it reads."""

    def __init__(self, bench: Workbench, seed: int) -> None:
        self.chance = random.Random(seed)
        self.bench = bench
        self.readers = self.chance.choice([2, 3, 4])
        self.has_clock = self.chance.random() < 0.5
        options = (
            f"'scan.parallelism' = '{self.readers}', 'event-time.clock' = '{str(self.has_clock).lower()}'"
        )
        bench.write({"sql/sources/events.sql": EVENTS % options, "sql/aggregates/a0.sql": _aggregates()})
        partitions = self.chance.choice([3, 4])
        self.topic = bench.topic("events", partitions)
        self.parallelism = 0
        self.closing: set[str] = set()
        self.load = Torn(seed, partitions, bad_share=0.15)
        _say(f"seed {seed}: {partitions} partitions, {self.readers} readers, clock {self.has_clock}")

    def close(self) -> None:
        """Produce what closes all windows but its own."""
        self.closing = {f"{partition}-{n}" for partition, n in self.load.by_partition().items()}
        at = self.load.close(self.bench.kafka, self.topic)
        self.load.times |= dict.fromkeys(self.closing, at)
        self.load.users |= dict.fromkeys(self.closing, "closing")

    def closed(self, found: Counter[Pair]) -> Counter[Pair]:
        return Counter({pair: n for pair, n in found.items() if pair[0] not in self.closing})

    def pairs(self) -> dict[str, Counter[Pair]]:
        """Return each event with each of its windows, by aggregate; without sessions."""
        minutes = self.load.tumbling(MINUTE)
        return {
            "minutes": minutes,
            "ranked": minutes,
            "hops": self.load.hopping(MINUTE, 3 * MINUTE),
            "sums": self.load.cumulating(MINUTE, 4 * MINUTE),
        }

    def totals(self) -> Counter[tuple[str, str, int]]:
        """Return each event that is counted without windows, with its user, and how many that user has."""
        of = {e: user for e, user in self.load.users.items() if self.load.times[e] % 7000}
        number = Counter(of.values())
        return Counter((e, user, number[user]) for e, user in of.items())

    def late(self) -> dict[str, Counter[Pair]]:
        """Return the late rows with their windows, by aggregate."""
        found: dict[str, Counter[Pair]] = {name: Counter() for name in AGGREGATES}
        for row in late_rows(self.bench.kafka, f"{self.topic}.late"):
            found[row.said["aggregate"]][(row.identity, *row.window)] += 1
        return found

    def draw_parallelism(self) -> int:
        """Set a parallelism that is not the source's, and not that of the start before."""
        self.parallelism = self.chance.choice(
            [n for n in (1, 2, 3) if n not in (self.readers, self.parallelism)]
        )
        self.bench.settings["TALLY_FLINK_PARALLELISM"] = str(self.parallelism)
        return self.parallelism

    def produce(self, events: int) -> None:
        self.load.produce(self.bench.kafka, self.topic, events)

    @contextmanager
    def live(self) -> Iterator[None]:
        """Produce all the while that a job may read."""
        stop = threading.Event()

        def produce() -> None:
            while not stop.wait(0.2):
                if CLUSTER.encode() in self._log():
                    self.produce(10)

        thread = threading.Thread(target=produce)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def run_and_kill_at(self, moment: Moment) -> None:
        self.bench.settings["TALLY_FLINK_CHECKPOINT_INTERVAL"] = moment.checkpoints
        _say(f"parallelism {self.draw_parallelism()}, {moment}")
        written = self._letters_written()
        with self.live(), run_and_kill(self.bench) as run:
            self._wait_for(moment, run, written)
            time.sleep(moment.later)
            assert run.process.poll() is None, "it ended by itself"
        assert b"to RESTARTING" not in self._log()

    def _wait_for(self, moment: Moment, run: Run, written: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while moment.said is not None and self._happened(moment, written) < moment.times:
            assert run.process.poll() is None, "it ended by itself"
            assert time.monotonic() < deadline, self._log()[-5_000:]
            # A moment within a checkpoint is over soon; asking Kafka takes the job's CPU.
            time.sleep(0.1 if moment.said == LETTERS else 0.005)

    def _happened(self, moment: Moment, written: int) -> int:
        if moment.said == LETTERS:
            return self._letters_written() - written
        return self._log().count((moment.said or "\n").encode())

    def _letters_written(self) -> int:
        topic = f"{self.topic}.dead"
        try:
            return sum(end for _, end in end_offsets(self.bench.kafka, topic).values())
        except KafkaFailed:
            return 0  # not there yet

    def _log(self) -> bytes:
        logs = (self.bench.root / ".tally" / "logs").glob("*.log")
        try:
            return b"".join(log.read_bytes() for log in logs)
        except FileNotFoundError:
            return b""  # an earlier run's, just removed


def _aggregates() -> str:
    sinks = {"minutes": "cassandra, kafka"}
    listed = (
        LISTED.format(name=name, window=window, sinks=sinks.get(name, "kafka"))
        for name, window in WINDOWS.items()
    )
    return KNOWN + "".join(listed) + OTHERS


def _say(text: str) -> None:
    # Shown where the test fails.
    sys.stdout.write(f"{text}\n")


@dataclass(frozen=True)
class Result:
    """A result of windows: of whom, when, and which events."""

    who: str
    start: int
    end: int
    events: tuple[str, ...]


def committed_results(bench: Workbench, name: str) -> list[Result]:
    """Return what is on the topic of an aggregate, also what stands there twice."""
    rows = [json.loads(message.value()) for message in committed(bench.kafka, f"{bench.prefix}-{name}")]
    return [
        Result(
            row.get("user_id", ""),
            _milliseconds(row["window_start"]),
            _milliseconds(row["window_end"]),
            tuple(row["events"].split(",")),
        )
        for row in rows
    ]


def _milliseconds(moment: str) -> int:
    seconds, _, fraction = moment.partition(".")
    return milliseconds(datetime.fromisoformat(seconds)) + int(fraction.ljust(3, "0"))


@pytest.mark.timeout(1_200)  # seven starts of Flink
@pytest.mark.parametrize("seed", SEEDS)
def test_each_record_is_accounted_for_by_identity_whenever_a_job_is_killed(
    bench: Workbench, seed: int
) -> None:
    shop = Shop(bench, seed)
    for moment in drawn(shop.chance):
        shop.produce(300)
        shop.run_and_kill_at(moment)
        assert wrong(accounts(bench)) == {}
    shop.close()
    _say(f"at last parallelism {shop.draw_parallelism()}")

    bench.run(until=bench.read_all(shop.topic))

    results = {name: committed_results(bench, name) for name in AGGREGATES}
    late = shop.late()
    assert_dead(shop)
    assert_counted_or_late(shop, results, late)
    assert_sessions(shop, results["stays"])
    assert_served(shop, results["minutes"], late["minutes"])
    assert_accounted(shop, late)


def assert_dead(shop: Shop) -> None:
    """Assert that each record that can be no row is a letter, once, for its reason."""
    found = Counter(
        (f"{one.said['partition']}-{one.said['offset']}", one.said["reason"])
        for one in letters(shop.bench.kafka, f"{shop.topic}.dead")
    )
    assert_same(found, Counter(shop.load.reasons.items()), "dead")


def assert_same(found: Counter[Any], expected: Counter[Any], name: str) -> None:
    """Assert that nothing is missing, and nothing there that is not expected, or more often."""
    differences = {"missing": dict(expected - found), "too many": dict(found - expected)}
    assert differences == {"missing": {}, "too many": {}}, name


def assert_counted_or_late(
    shop: Shop, results: Mapping[str, Sequence[Result]], late: Mapping[str, Counter[Pair]]
) -> None:
    """Assert that each event is counted or late in each of its windows, but for windows that may be open."""
    for name, every in shop.pairs().items():
        found = Counter((event, one.start, one.end) for one in results[name] for event in one.events)
        assert_same(shop.closed(found + late[name]), shop.closed(every), name)
    # An event that is late for a session is not told for which.
    found = Counter((event, 0, 0) for one in results["stays"] for event in one.events)
    found += Counter((event, 0, 0) for event, _, _ in late["stays"].elements())
    assert_same(shop.closed(found), shop.closed(Counter((one, 0, 0) for one in shop.load.times)), "stays")


def assert_sessions(shop: Shop, stays: Sequence[Result]) -> None:
    """Assert that each session is of one user, without a gap in it."""
    for one in stays:
        times = sorted(shop.load.times[event] for event in one.events)
        assert {shop.load.users[event] for event in one.events} == {one.who}
        assert (one.start, one.end) == (times[0], times[-1] + GAP)
        assert all(later - earlier <= GAP for earlier, later in pairwise(times))


def assert_served(shop: Shop, committed: Sequence[Result], late: Counter[Pair]) -> None:
    """Assert that Cassandra holds the same results, and of each user all events.

    What a killed attempt wrote to Cassandra cannot be taken back: where all events of a window are late when they are
    read again, its row stays.
    """
    served = {
        Result(who, milliseconds(start), milliseconds(end), tuple(events.split(",")))
        for who, start, end, events in shop.bench.rows("minutes", "user_id, window_start, window_end, events")
    }
    assert set(committed) - served == set()
    left = served - set(committed)
    _say(f"{len(left)} rows of killed attempts")
    assert [one for one in left if not all((e, one.start, one.end) in late for e in one.events)] == []
    totals = Counter(
        (event, user, n)
        for user, events, n in shop.bench.rows("totals", "user_id, events, n")
        for event in events.split(",")
    )
    assert_same(totals, shop.totals(), "totals")


def assert_accounted(shop: Shop, late: Mapping[str, Counter[Pair]]) -> None:
    """Assert that the account tells the same numbers."""
    found = accounts(shop.bench)
    assert wrong(found) == {}
    load = shop.load
    good, dead, read = len(load.times), dict(Counter(load.reasons.values())), load.by_partition()
    every = {name: pairs.total() for name, pairs in shop.pairs().items()} | {"stays": good}
    whole = sum(read.values())
    expected = {
        name: (whole, dead, 0, number, late[name].total(), number - late[name].total())
        for name, number in every.items()
    }
    counted = shop.totals().total()
    expected["totals"] = (whole, dead, good - counted, counted, 0, counted)
    # But for what of it is in windows that are open.
    assert {name: figures(one)[:-1] for name, one in found.items()} == expected
    _say(f"read {whole}, dead {dead}, late {[(name, rows.total()) for name, rows in late.items()]}")
    [account] = records(shop.bench).values()
    assert [one.source for one in account.sources] == ["events"]
    assert source_figures(account, "events").read == read
