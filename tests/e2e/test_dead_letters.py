"""Bad records leave a job by way of its own plan: to the `.dead` topic, each once, as they were."""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections import Counter

import pytest
from confluent_kafka import Producer

from tests.e2e.dead_letters import START, Letter, Mixed, letters, run_and_kill
from tests.e2e.outages import PATIENCE, TALLY
from tests.e2e.test_account import accounts, figures, wrong
from tests.e2e.topics import make_topic
from tests.e2e.workbench import Workbench

EVENTS = """
CREATE TABLE events (
  user_id STRING NOT NULL,
  amount BIGINT NOT NULL,
  note STRING,
  event_ms BIGINT,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  kafka_partition INT METADATA FROM 'partition' VIRTUAL,
  WATERMARK FOR event_time AS event_time - INTERVAL '1' HOUR
) WITH ('connector' = 'kafka', 'topic' = '${T}-events', 'format' = 'json' %s);
"""
TOTALS = """
CREATE MATERIALIZED TABLE totals (PRIMARY KEY (user_id) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT user_id, COUNT(*) AS events, SUM(amount) AS amount FROM events GROUP BY user_id;
CREATE MATERIALIZED TABLE minutes (PRIMARY KEY (user_id, window_end) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT user_id, window_end, COUNT(*) AS events
FROM TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE) GROUP BY user_id, window_start, window_end;
"""
ANY_SHARE = ", 'dead-letter.max-share' = '1'"


def shop(bench: Workbench, partitions: int, options: str = ANY_SHARE) -> str:
    bench.write({"sql/sources/events.sql": EVENTS % options, "sql/aggregates/a0.sql": TOTALS})
    return bench.topic("events", partitions)


def assert_accounted(bench: Workbench, load: Mixed, skipped: int = 0) -> None:
    """Assert that the sums come out, of all records of a load that was read to its end."""
    rows, reasons = len(load.good), Counter(load.dead.values())
    read = rows + reasons.total() + skipped
    found = accounts(bench)
    assert wrong(found) == {}
    assert {name: figures(one) for name, one in found.items()} == {
        "minutes": (read, reasons, 0, rows, 0, rows, 0),
        "totals": (read, reasons, 0, rows, 0, rows, None),
    }
    assert {one.skipped for one in found.values()} == {skipped}


def dead(bench: Workbench) -> list[Letter]:
    return letters(bench.kafka, f"{bench.prefix}-events.dead")


@pytest.mark.parametrize("parallelism", [1, 2, 3])
def test_every_record_is_counted_or_a_dead_letter(bench: Workbench, parallelism: int) -> None:
    bench.settings["TALLY_FLINK_PARALLELISM"] = str(parallelism)
    topic = shop(bench, partitions=4)
    load = Mixed(seed=parallelism, partitions=4)
    load.produce(bench.kafka, topic, 4_000)

    bench.run(bounded=True)

    assert bench.rows("totals", "user_id, events, amount") == load.totals()
    assert sum(events for (events,) in bench.rows("minutes", "events")) == len(load.good)
    assert load.differences(dead(bench)) == []
    assert_accounted(bench, load)


def test_deletions_that_a_source_skips_are_neither_counted_nor_dead(bench: Workbench) -> None:
    bench.settings["TALLY_FLINK_PARALLELISM"] = "2"
    topic = shop(bench, partitions=4, options=ANY_SHARE + ", 'dead-letter.deletions' = 'skip'")
    load = Mixed(seed=4, partitions=4)
    load.produce(bench.kafka, topic, 4_000)
    skipped = load.skip_deletions()
    assert len(skipped) > 50

    bench.run(bounded=True)

    assert bench.rows("totals", "user_id, events, amount") == load.totals()
    assert sum(events for (events,) in bench.rows("minutes", "events")) == len(load.good)
    assert load.differences(dead(bench)) == []
    assert_accounted(bench, load, len(skipped))


def test_letters_are_written_once_by_a_job_that_is_stopped_and_goes_on(bench: Workbench) -> None:
    topic = shop(bench, partitions=2)
    load = Mixed(seed=7, partitions=2)

    for _ in range(3):
        load.produce(bench.kafka, topic, 500)
        bench.run(until=bench.read_all(topic))

    assert bench.rows("totals", "user_id, events, amount") == load.totals()
    assert load.differences(dead(bench)) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_letters_are_written_once_by_a_job_that_is_killed_and_goes_on(bench: Workbench, seed: int) -> None:
    """Killed after a few checkpoints, with more to read, and begun again at another parallelism."""
    chance = random.Random(seed)
    topic = shop(bench, partitions=3)
    load = Mixed(seed=seed, partitions=3)
    for _ in range(3):
        bench.settings["TALLY_FLINK_PARALLELISM"] = str(chance.choice([1, 2, 3]))
        load.produce(bench.kafka, topic, 600)
        with run_and_kill(bench) as run:
            run.until_checkpointed("a0", chance.choice([1, 2, 3]))
            load.produce(bench.kafka, topic, chance.randrange(600))

    bench.settings["TALLY_FLINK_PARALLELISM"] = "2"
    bench.run(until=bench.read_all(topic))

    assert bench.rows("totals", "user_id, events, amount") == load.totals()
    assert load.differences(dead(bench)) == []


def test_a_letter_tells_where_its_record_stood_and_what_is_wrong(bench: Workbench) -> None:
    topic = shop(bench, partitions=1)
    bench.produce(topic, [("k", '{"user_id": "ann", "amount": 1.5, "event_ms": 1}', START)])

    bench.run(bounded=True)

    [letter] = dead(bench)
    assert (letter.key, letter.value) == (b"k", b'{"user_id": "ann", "amount": 1.5, "event_ms": 1}')
    assert letter.said == {
        "topic": topic,
        "partition": "0",
        "offset": "0",
        "timestamp": str(START),
        "table": "events",
        "reason": "undecodable",
        "error": "column 'amount' at byte 29: expected BIGINT, found the number 1.5",
    }


def test_a_letter_may_be_larger_than_what_its_topic_takes_uncompressed(bench: Workbench) -> None:
    """One of them is larger, too, than what a producer holds by default; `.dead` is there already, and too small."""
    topic = shop(bench, partitions=1)
    make_topic(bench.kafka, f"{topic}.dead", **{"max.message.bytes": "1100000"})
    large = [b'{"user_id": "%s"}' % (b"a" * size) for size in (1_500_000, 40_000_000)]
    producer = Producer(
        {"bootstrap.servers": bench.kafka, "compression.type": "gzip", "message.max.bytes": 50_000_000}
    )
    for value in large:
        producer.produce(topic, value, b"k")
        assert producer.flush(30) == 0

    bench.run(bounded=True)

    # Not compared in an assertion, which would show 40 MB.
    whole = [one.value == value for one, value in zip(dead(bench), large, strict=True)]
    assert whole == [True, True]


def test_too_many_dead_letters_fail_the_job_for_good(bench: Workbench) -> None:
    topic = shop(bench, partitions=1, options="")
    good = {"user_id": "ann", "amount": 1, "event_ms": START}
    bench.produce(topic, [("k", good if one % 10 else "{", START) for one in range(2_000)])

    # Continuously, since a bounded run is never restarted.
    done = subprocess.run(
        (*TALLY, "run"),
        cwd=bench.root,
        env={**os.environ, **bench.environ},
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    [log] = [path.read_text("utf-8") for path in (bench.root / ".tally" / "logs").glob("*.log")]
    states = re.findall(r"Job a0 \(\w+\) switched from state \w+ to (\w+)", log)
    assert states[-1] == "FAILED"
    assert "RESTARTING" not in states
    assert done.returncode == 1
    assert (
        "error: job 'a0' stopped: too many dead letters: 101 of the last 1001 records of source table 'events', "
        "more than the share of 0.05 that 'dead-letter.max-share' allows: "
        f"undecodable, as topic '{topic}', partition 0, offset 1000: "
        "at byte 1: expected a name in quotes, found the end of the message\n"
        "hint: mend the columns of the source or the producer, then run again; "
        "to go on whatever comes, write 'dead-letter.max-share' = '1' in the source's WITH\n"
    ) in done.stderr


def test_a_share_within_the_limit_goes_on(bench: Workbench) -> None:
    topic = shop(bench, partitions=1, options="")
    good = {"user_id": "ann", "amount": 1, "event_ms": START}
    bench.produce(topic, [("k", good if one % 25 else "{", START) for one in range(2_000)])

    bench.run(bounded=True)

    assert bench.rows("totals", "user_id, events, amount") == [("ann", 1_920, 1_920)]
    assert len(dead(bench)) == 80
