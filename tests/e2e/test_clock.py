"""Time goes on by the clock where a topic has been read to its end: windows close in silence, and none too early."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone

import psutil
import pytest
from cassandra import InvalidRequest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewPartitions

from tally.running.following import Progress
from tally.running.rest import wait_for
from tally.stack.state import home_of, read_state
from tests.e2e.dead_letters import run_and_kill
from tests.e2e.late_rows import late_rows
from tests.e2e.outages import PATIENCE
from tests.e2e.test_account import accounts
from tests.e2e.workbench import Workbench

EVENTS = """
CREATE TABLE events (
  user_id STRING NOT NULL,
  event_ms BIGINT NOT NULL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND
) WITH ('connector' = 'kafka', 'topic' = '${T}-events', 'format' = 'json'%s);
"""
WINDOWED = """
CREATE MATERIALIZED TABLE seconds (PRIMARY KEY (window_end) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT window_end, COUNT(*) AS n FROM TABLE({window}) GROUP BY window_start, window_end;
"""
TWO_SECONDS = "TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '2' SECOND)"
SECOND = 1000
PAUSE = float(os.environ.get("CLOCK_TEST_PAUSE", "15"))
"""Seconds; longer than any time after which something could be thought to be idle."""
HOUR = 3600 * SECOND
DAY = 24 * HOUR
LAST_YEAR = 1_700_000_000_000


def shop(bench: Workbench, partitions: int, options: str = "") -> str:
    sql = WINDOWED.format(window=TWO_SECONDS)
    bench.write({"sql/sources/events.sql": EVENTS % options, "sql/aggregates/a0.sql": sql})
    return bench.topic("events", partitions)


def now() -> int:
    return int(time.time() * 1000)


def counted(bench: Workbench) -> int:
    try:
        return sum(n for (n,) in bench.rows("seconds", "n"))
    except InvalidRequest:
        return 0  # the table is not there yet


def until(found: Callable[[], bool], seconds: float = PATIENCE) -> Callable[[Sequence[Progress]], bool]:
    """Return what ends a run as soon as something is found."""
    deadline = time.monotonic() + seconds

    def over(_progress: Sequence[Progress]) -> bool:
        assert time.monotonic() < deadline, "not found in time"
        return found()

    return over


def test_the_last_window_closes_in_silence_with_more_tasks_than_partitions(bench: Workbench) -> None:
    """And all partitions but one are empty."""
    bench.settings["TALLY_FLINK_PARALLELISM"] = "3"
    topic = shop(bench, 2)
    at = now()
    bench.produce(topic, [("u", {"user_id": "u", "event_ms": at}, at)])
    bench.run(until=until(lambda: counted(bench) == 1))
    assert late_rows(bench.kafka, f"{topic}.late") == []


def test_what_comes_after_the_clock_has_closed_its_window_is_late_and_accounted_for(bench: Workbench) -> None:
    topic = shop(bench, 2)
    at = now() // SECOND * SECOND + 123  # milliseconds that JSON writes with three digits
    bench.produce(topic, [("u", {"user_id": "u", "event_ms": at}, at)])
    late: list[int] = []

    def refused() -> bool:
        if counted(bench) == 1 and not late:
            late.append(at - 10 * SECOND)
            bench.produce(topic, [("u", {"user_id": "u", "event_ms": late[0]}, None)], 1)
        return bool(late) and bool(late_rows(bench.kafka, f"{topic}.late"))

    bench.run(until=until(refused))
    [row] = late_rows(bench.kafka, f"{topic}.late")
    assert row.row == {
        "event_time": f"{datetime.fromtimestamp(late[0] / 1000, timezone.utc):%FT%T.%f}"[:-3] + "Z"
    }
    [total] = accounts(bench).values()
    assert (total.read, total.late, total.counted, total.complaints) == (2, 1, 1, ())


def test_old_events_are_read_without_a_late_one(bench: Workbench) -> None:
    """One partition is ten times longer than the others, and each is in order."""
    bench.settings["TALLY_FLINK_PARALLELISM"] = "2"
    topic = shop(bench, 4)
    for partition, events in enumerate([20_000, 2_000, 2_000, 2_000]):
        step = DAY // events
        bench.produce(
            topic,
            [(None, {"user_id": "u", "event_ms": LAST_YEAR + n * step}, now()) for n in range(events)],
            partition,
        )
    bench.run(until=until(lambda: counted(bench) == 26_000))
    assert late_rows(bench.kafka, f"{topic}.late") == []


SECONDS = "TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' SECOND)"
SHORT_DELAY = ", 'event-time.clock-delay' = '1 s'"
STRETCH = 1000 * SECOND


@contextmanager
def stopped(processes: Sequence[psutil.Process]) -> Iterator[None]:
    """Stop processes (SIGSTOP) for the time of the block."""
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


@contextmanager
def busy(loops: int) -> Iterator[None]:
    """Keep processors busy for the time of the block."""
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(loops)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def produce_stretch(bench: Workbench, topic: str, first: int, longest: int = 20_000) -> int:
    """Produce a stretch of last year from an hour on, each partition in order, one with many more events.

    It is dense: where time goes on by as little as a second too much, events are late.
    """
    start = LAST_YEAR + first * HOUR
    for partition, events in enumerate([longest, 2_000, 2_000, 2_000]):
        times = [start + number * STRETCH // events for number in range(events)]
        bench.produce(topic, [(None, {"user_id": "u", "event_ms": at}, None) for at in times], partition)
    return longest + 6_000


def until_counted(bench: Workbench, topic: str, events: int) -> None:
    """Wait until more than so many events are counted; those that are late never will be."""
    try:
        wait_for(lambda: counted(bench) > events, PATIENCE)
    except TimeoutError:
        assert len(late_rows(bench.kafka, f"{topic}.late")) == 0
        raise


def test_a_replay_that_is_held_up_has_no_late_row(bench: Workbench) -> None:
    """It begins on a busy machine; with a backlog the job stands still, then the broker; it is killed and goes on."""
    bench.settings["TALLY_FLINK_PARALLELISM"] = "2"
    topic = shop(bench, 4, options=SHORT_DELAY)
    bench.write({"sql/aggregates/a0.sql": WINDOWED.format(window=SECONDS)})
    [child] = read_state(home_of(bench.stack.root, "kafka")).processes.values()
    broker = psutil.Process(child.pid)
    # So many that time is told in the midst of reading.
    produced = produce_stretch(bench, topic, 0, 300_000)
    with run_and_kill(bench) as run:
        with busy(2):
            until_counted(bench, topic, 300_000)
        job = psutil.Process(run.process.pid)
        with stopped([job, *job.children(recursive=True)]):
            produced += produce_stretch(bench, topic, 5)
            time.sleep(PAUSE)
        until_counted(bench, topic, 326_000)
        with stopped([job, *job.children(recursive=True)]):
            produced += produce_stretch(bench, topic, 10)
            broker.suspend()
        time.sleep(PAUSE)
        broker.resume()
        until_counted(bench, topic, 352_000)
        run.until_checkpointed("a0")
    produced += produce_stretch(bench, topic, 15)
    for partition in range(4):
        bench.produce(topic, [(None, {"user_id": "u", "event_ms": LAST_YEAR + 2 * DAY}, None)], partition)
    bench.settings["TALLY_FLINK_PARALLELISM"] = "3"
    bench.run(until=until(lambda: counted(bench) >= produced, PATIENCE))
    assert late_rows(bench.kafka, f"{topic}.late") == []


EACH = """
CREATE MATERIALIZED TABLE each_user (PRIMARY KEY (user_id) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT user_id, COUNT(*) AS n FROM events GROUP BY user_id;
"""


def test_a_reader_that_is_held_up_while_its_coordinator_goes_on_has_no_late_row(bench: Workbench) -> None:
    """Cassandra stands still: the source may hand on no more, and is told all the while where its partition ends."""
    topic = shop(bench, 1, options=SHORT_DELAY)
    bench.write({"sql/aggregates/a0.sql": WINDOWED.format(window=SECONDS) + EACH})
    [child] = read_state(home_of(bench.stack.root, "cassandra")).processes.values()
    bench.produce(topic, [(None, {"user_id": "first", "event_ms": LAST_YEAR - DAY}, None)])
    users = (f"{number:0200}" for number in range(60_000))
    records = [
        (None, {"user_id": user, "event_ms": LAST_YEAR + number * 20}, None)
        for number, user in enumerate(users)
    ]
    with run_and_kill(bench) as run:
        wait_for(lambda: counted(bench) == 1)
        with stopped([psutil.Process(child.pid)]):
            bench.produce(topic, records)
            wait_for(lambda: run.back_pressure("a0") > 900, PATIENCE)
            time.sleep(PAUSE)
        bench.produce(topic, [(None, {"user_id": "last", "event_ms": LAST_YEAR + DAY}, None)])
        until_counted(bench, topic, len(records))
    assert late_rows(bench.kafka, f"{topic}.late") == []


@contextmanager
def traffic(bench: Workbench, topic: str, partition: int) -> Iterator[list[int]]:
    """Produce events to one partition all the while, and list their times."""
    stop, times = threading.Event(), list[int]()

    def produce() -> None:
        chance = random.Random(1)
        while not stop.wait(0.2):
            times.append(now() - chance.randrange(500))
            bench.produce(topic, [(None, {"user_id": "u", "event_ms": times[-1]}, None)], partition)

    thread = threading.Thread(target=produce)
    thread.start()
    try:
        yield times
    finally:
        stop.set()
        thread.join()


def test_a_silent_partition_holds_no_busy_one_back_and_what_resumes_is_counted(bench: Workbench) -> None:
    bench.settings["TALLY_FLINK_PARALLELISM"] = "2"
    topic = shop(bench, 2)
    bench.produce(topic, [(None, {"user_id": "u", "event_ms": now()}, None)], 1)
    with traffic(bench, topic, 0) as times:
        produced: list[int] = []

        def resumed() -> bool:
            if counted(bench) > 20 and not produced:
                produced.append(now())
                bench.produce(topic, [(None, {"user_id": "u", "event_ms": produced[0]}, None)], 1)
            return bool(produced) and counted(bench) > 60

        bench.run(until=until(resumed))
    bench.run(until=until(lambda: counted(bench) == len(times) + 2))
    assert late_rows(bench.kafka, f"{topic}.late") == []


def feed_history(bench: Workbench, topic: str, partitions: int) -> int:
    """Feed events of last year into an empty topic, an hour in 20 ms, a partition up to a second behind another.

    The last of each partition closes the windows of all others. Returns how many those are.
    """
    chance = random.Random(7)
    waiting: list[tuple[float, int, int]] = []
    began = time.monotonic()
    for number in range(500):
        partition = chance.randrange(partitions)
        behind = partition / partitions
        waiting.append((began + 0.02 * number + behind, partition, LAST_YEAR + number * HOUR))
    end = LAST_YEAR + 600 * HOUR
    waiting += [(began + 13, partition, end) for partition in range(partitions)]
    producer = Producer({"bootstrap.servers": bench.kafka, "acks": "all", "linger.ms": 0})
    for due, partition, event in sorted(waiting):
        producer.poll(max(0, due - time.monotonic()))
        producer.produce(topic, json.dumps({"user_id": "u", "event_ms": event}), partition=partition)
    assert producer.flush(30) == 0
    return 500


def test_history_that_is_fed_into_an_empty_topic_has_no_late_row(bench: Workbench) -> None:
    """As `tally feed --speedup` does into a running job: a day of events in half a second."""
    bench.settings["TALLY_FLINK_PARALLELISM"] = "3"
    topic = shop(bench, 4)
    feeder: list[threading.Thread] = []

    deadline = time.monotonic() + PATIENCE

    def all_closed(progress: Sequence[Progress]) -> bool:
        assert time.monotonic() < deadline, progress
        if not feeder and all(one.state == "RUNNING" for one in progress):
            time.sleep(8)  # by now the source knows that the topic is empty: sooner would be another case
            feeder.append(threading.Thread(target=feed_history, args=(bench, topic, 4)))
            feeder[0].start()
        return counted(bench) >= 500

    bench.run(until=all_closed)
    feeder[0].join()
    assert late_rows(bench.kafka, f"{topic}.late") == []


def test_what_stands_in_an_open_transaction_holds_time_back(bench: Workbench) -> None:
    """Its records cannot be read yet, and are recorded long before they can."""
    topic = shop(bench, 1)
    at = now()
    bench.produce(topic, [("u", {"user_id": "u", "event_ms": at}, at)])
    client = Producer({"bootstrap.servers": bench.kafka, "transactional.id": topic})
    client.init_transactions(30)
    opened: list[int] = []

    def both() -> bool:
        found = counted(bench)
        if found == 1 and not opened:
            opened.append(now())
            client.begin_transaction()
            client.produce(topic, json.dumps({"user_id": "u", "event_ms": opened[0]}))
            assert client.flush(30) == 0
            time.sleep(PAUSE)
            client.commit_transaction(30)
        return found == 2

    bench.run(until=until(both))
    assert late_rows(bench.kafka, f"{topic}.late") == []


def test_time_goes_on_in_silence_after_a_kill(bench: Workbench) -> None:
    """From the newest event that the checkpoint knows: nothing is read after the restart."""
    topic = shop(bench, 1, options=", 'event-time.clock-delay' = '40 s'")
    with run_and_kill(bench) as run:
        run.until_checkpointed("a0")
        at = now()
        bench.produce(topic, [(None, {"user_id": "u", "event_ms": at}, at)])
        wait_for(lambda: sum(one.read or 0 for one in accounts(bench).values()) == 1)
    assert counted(bench) == 0
    bench.run(until=until(lambda: counted(bench) == 1))
    assert now() - at > 40 * SECOND


def test_a_partition_that_is_added_is_part_of_it(bench: Workbench) -> None:
    topic = shop(bench, 1, options=", 'scan.topic-partition-discovery.interval' = '1 s'")
    bench.produce(topic, [(None, {"user_id": "u", "event_ms": now()}, None)])
    closed = [1, 2, 3]

    def more() -> bool:
        """Tell whether the window of the event of the added partition is closed, and one behind it of the first."""
        if counted(bench) == closed[0]:
            if closed.pop(0) == 1:
                client = AdminClient({"bootstrap.servers": bench.kafka})
                client.create_partitions([NewPartitions(topic, 2)])[topic].result(30)
            if closed:
                bench.produce(topic, [(None, {"user_id": "u", "event_ms": now()}, None)], len(closed) - 1)
        return not closed

    bench.run(until=until(more))
    assert late_rows(bench.kafka, f"{topic}.late") == []


def test_tasks_that_wait_for_each_others_time_come_to_the_end_of_a_bounded_run(bench: Workbench) -> None:
    """One partition is a day behind the other, and each task waits at its end for all others."""
    bench.settings["TALLY_FLINK_PARALLELISM"] = "2"
    aligned = ", 'scan.watermark.alignment.group' = 'g', 'scan.watermark.alignment.max-drift' = '1 s'"
    topic = shop(bench, 2, options=aligned)
    for partition in range(2):
        at = LAST_YEAR + partition * DAY
        records = [(None, {"user_id": "u", "event_ms": at + n * SECOND}, None) for n in range(20_000)]
        bench.produce(topic, records, partition)
    bench.run(bounded=True, until=until(lambda: False))
    assert counted(bench) == 40_000


OTHERS = (EVENTS % "").replace("events", "others")
MEETING = {
    "union": """
CREATE VIEW all_events AS SELECT event_time FROM events UNION ALL SELECT event_time FROM others;
CREATE MATERIALIZED TABLE seconds (PRIMARY KEY (window_end) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT window_end, COUNT(*) AS n FROM TUMBLE(TABLE all_events, DESCRIPTOR(event_time), INTERVAL '2' SECOND)
GROUP BY window_start, window_end;
""",
    "join": """
CREATE MATERIALIZED TABLE seconds (PRIMARY KEY (user_id) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT e.user_id, COUNT(*) AS n FROM events AS e LEFT JOIN others AS o
ON e.user_id = o.user_id AND o.event_time BETWEEN e.event_time - INTERVAL '1' SECOND AND e.event_time
GROUP BY e.user_id;
""",
}


@pytest.mark.parametrize("kind", MEETING)
def test_a_topic_that_never_had_an_event_holds_no_other_back(bench: Workbench, kind: str) -> None:
    bench.settings["TALLY_FLINK_PARALLELISM"] = "2"
    topic = shop(bench, 2)
    bench.topic("others", 2)
    bench.write({"sql/sources/others.sql": OTHERS, "sql/aggregates/a0.sql": MEETING[kind]})
    bench.produce(topic, [("u", {"user_id": "u", "event_ms": now()}, None)])
    bench.run(until=until(lambda: counted(bench) == 1))
    assert late_rows(bench.kafka, f"{topic}.late") == []
