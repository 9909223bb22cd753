"""A log that was cut and has grown beyond the offset of a job: other records are under the offsets it has read."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from tally.settings import Settings
from tally.stack import Stack
from tally.stack.state import home_of
from tests.e2e.test_lost_records import COUNT, EVENTS, counted, lost, produce, stopped
from tests.e2e.workbench import Workbench

COUNTS = """
CREATE MATERIALIZED TABLE counts (PRIMARY KEY (k) NOT ENFORCED) WITH ('sinks' = 'kafka', 'kafka.topic' = '${T}-counts')
AS SELECT k, COUNT(*) AS n FROM events GROUP BY k;
"""


@pytest.fixture
def own(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Workbench]:
    """A project on a broker of its own."""
    request.getfixturevalue("jvm")
    stack = Stack(tmp_path, Settings())
    stack.up(("kafka",))
    (tmp_path / "sql").mkdir()
    yield Workbench(tmp_path, stack, settings={"TALLY_CASSANDRA_CONTACT_POINTS": "127.0.0.1:1"})
    stack.down(wipe=True)


def cut(own: Workbench, topic: str, offset: int) -> None:
    """Cut the log ahead of the batch that begins with an offset, as a leader does that never had it."""
    own.stack.down()
    data = home_of(own.stack.root, "kafka").data
    log = data / f"{topic}-0" / f"{0:020}.log"
    batches, at = log.read_bytes(), 0
    while struct.unpack_from(">q", batches, at)[0] < offset:
        at += 12 + struct.unpack_from(">i", batches, at + 8)[0]
    log.write_bytes(batches[:at])
    for other in (*log.parent.glob("*index"), *log.parent.glob("*.snapshot"), data / ".kafka_cleanshutdown"):
        other.unlink(missing_ok=True)
    own.stack.up(("kafka",))


def declare(own: Workbench, options: str = "") -> None:
    events = EVENTS % {"time": "", "options": options}
    own.write({"sql/sources/events.sql": events, "sql/aggregates/counts.sql": COUNTS})


def test_a_log_that_was_cut_and_has_grown_again(own: Workbench) -> None:
    topic = own.topic("events")
    declare(own)
    produce(own, topic, "kept", 60)
    produce(own, topic, "cut", 40)
    own.run(until=counted(own, 100))
    cut(own, topic, 60)
    produce(own, topic, "new", 70)

    assert stopped(own) == (
        f"source table 'events': topic '{topic}', partition 0: its log was cut at offset 60, and had been read up to "
        "offset 100; how many records came behind that is not known"
    )

    declare(own, COUNT)
    own.run(until=counted(own, 170))
    assert {key: row["n"] for (key,), row in own.last_values(f"{own.prefix}-counts").items()} == {
        "kept": 60,
        "cut": 40,
        "new": 70,
    }
    assert lost(own)[:2] == (None, {"truncated": {"0": 0}})
