"""Letters that Kafka threw away, their transaction being open for too long: no job goes on as if they were there."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Sequence

import pytest

from tally.running.errors import LettersLost
from tally.running.following import Progress
from tests.e2e.dead_letters import START, letters
from tests.e2e.outages import TALLY
from tests.e2e.workbench import Record, Workbench

EVENTS = """
CREATE TABLE events (user_id STRING NOT NULL)
WITH ('connector' = 'kafka', 'topic' = '${T}-events', 'format' = 'json', 'dead-letter.max-share' = '1' %s);
"""
TOTALS = """
CREATE MATERIALIZED TABLE totals (PRIMARY KEY (user_id) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT user_id, COUNT(*) AS events FROM events GROUP BY user_id;
"""
SLOWLY = """
CREATE MATERIALIZED TABLE totals (PRIMARY KEY (user_id) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT user_id, COUNT(*) AS events FROM events WHERE awaited(user_id) GROUP BY user_id;
"""
AWAITED = """
import time
from pyflink.table.udf import udf

def wait(user_id: str) -> bool:
    time.sleep(1)
    return True

awaited = udf(wait, result_type="BOOLEAN")
"""
# The broker looks for transactions that are too old every 10 s.
SHORT = ", 'properties.transaction.timeout.ms' = '1000'"
TOO_LONG = 20
GOOD: Record = ("k", {"user_id": "ann"}, START)
BAD: Record = ("k", "{", START)


def declare(bench: Workbench, options: str) -> None:
    bench.write({"sql/sources/events.sql": EVENTS % options})


def dead(bench: Workbench) -> list[tuple[int, int]]:
    return [one.identity for one in letters(bench.kafka, f"{bench.prefix}-events.dead")]


class OneMore:
    """Produces one more bad record right behind a checkpoint: the next one is too late for its letter."""

    def __init__(self, bench: Workbench, topic: str) -> None:
        self._bench = bench
        self._topic = topic
        self._deadline = time.monotonic() + 6 * TOO_LONG
        self.is_produced = False

    def __call__(self, _progress: Sequence[Progress]) -> bool:
        if not self.is_produced and dead(self._bench):
            self._bench.produce(self._topic, [BAD])
            self.is_produced = True
        return time.monotonic() > self._deadline


def test_a_job_whose_letters_kafka_threw_away_fails_until_it_is_told_to_go_on(bench: Workbench) -> None:
    topic = bench.topic("events")
    declare(bench, SHORT)
    bench.write({"sql/aggregates/a0.sql": TOTALS})
    bench.produce(topic, [BAD, GOOD])

    bench.settings["TALLY_FLINK_CHECKPOINT_INTERVAL"] = f"{TOO_LONG} s"
    one_more = OneMore(bench, topic)
    for _ in ("committed too late", "gone on from that checkpoint"):
        with pytest.raises(LettersLost) as failed:
            bench.run(until=one_more)
        assert re.fullmatch(
            r"Kafka ended transaction 'tally/a0/events/dead-0-\d+' with dead letters of source table 'events' "
            "before it was committed",
            failed.value.letters,
        )

    before = dead(bench)
    next_offset = 3 if one_more.is_produced else 2
    bench.settings["TALLY_FLINK_CHECKPOINT_INTERVAL"] = "1 s"
    declare(bench, ", 'dead-letter.delivery-guarantee' = 'at-least-once'")
    bench.produce(topic, [BAD, GOOD])
    bench.run(until=bench.read_all(topic))
    declare(bench, SHORT)
    bench.produce(topic, [BAD, GOOD])
    bench.run(until=bench.read_all(topic))
    assert sorted(dead(bench)) == [*before, (0, next_offset), (0, next_offset + 2)]
    assert bench.rows("totals", "user_id, events") == [("ann", 3)]


def test_letters_of_a_bounded_run_that_takes_long_are_there(bench: Workbench) -> None:
    topic = bench.topic("events")
    declare(bench, SHORT)
    bench.write(
        {
            "sql/functions/awaited.sql": "CREATE FUNCTION awaited AS 'udfs.waiting.awaited' LANGUAGE PYTHON;",
            "udfs/__init__.py": "",
            "udfs/waiting.py": AWAITED,
            "sql/aggregates/a0.sql": SLOWLY,
        }
    )
    bench.produce(topic, [BAD, *[GOOD] * TOO_LONG])

    # A process of its own finds the function in the project's folder.
    environ = {**os.environ, **bench.environ}
    subprocess.run((*TALLY, "run", "--bounded"), cwd=bench.root, env=environ, check=True)

    assert dead(bench) == [(0, 0)]
    assert bench.rows("totals", "user_id, events") == [("ann", TOO_LONG)]
