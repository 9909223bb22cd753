"""Time by the clock while the broker is away: what producers keep meanwhile comes in time."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import pytest
from confluent_kafka import Producer

from tally.running.rest import wait_for
from tally.settings import Settings
from tally.stack import Addresses, Stack
from tally.stack.service import HOST
from tally.stack.state import home_of, read_state
from tests.e2e.dead_letters import run_and_kill
from tests.e2e.late_rows import late_rows
from tests.e2e.outages import PATIENCE
from tests.e2e.test_clock import counted, now, shop
from tests.e2e.workbench import Workbench

AWAY = float(os.environ.get("CLOCK_TEST_AWAY", "25"))
"""Seconds that the broker is away."""


@dataclass(frozen=True)
class OwnBroker(Stack):
    """A broker that a test may kill, beside the Cassandra of all tests."""

    others: Stack = field(kw_only=True)

    def addresses(self) -> Addresses:
        """Return where the broker is, or was until it was killed."""
        port = read_state(home_of(self.root, "kafka")).ports["broker"]
        return replace(self.others.addresses(), kafka=f"{HOST}:{port}")

    def kill(self) -> None:
        [child] = read_state(home_of(self.root, "kafka")).processes.values()
        process = psutil.Process(child.pid)
        process.kill()
        process.wait(30)


@pytest.fixture
def broker(stack: Stack, tmp_path: Path) -> Iterator[OwnBroker]:
    own = OwnBroker(tmp_path / "broker", Settings(), others=stack)
    own.root.mkdir()
    try:
        own.up(("kafka",))
        yield own
    finally:
        own.down(wipe=True)


@contextmanager
def live(kafka: str, topic: str, partitions: int) -> Iterator[list[int]]:
    """Produce an event to each partition all the while, as one client, and list their times."""
    client = Producer({"bootstrap.servers": kafka, "enable.idempotence": True, "linger.ms": 0})
    stop, times = threading.Event(), list[int]()

    def produce() -> None:
        while not stop.wait(0.2):
            for partition in range(partitions):
                times.append(now())
                event = {"user_id": "u", "event_ms": times[-1]}
                client.produce(topic, json.dumps(event), partition=partition, timestamp=times[-1])
            client.poll(0)

    thread = threading.Thread(target=produce)
    thread.start()
    try:
        yield times
    finally:
        stop.set()
        thread.join()
        assert client.flush(60) == 0


def test_what_producers_keep_while_the_broker_is_away_is_not_late(
    bench: Workbench, broker: OwnBroker
) -> None:
    bench = replace(bench, stack=broker)
    topic = shop(bench, 2)
    with run_and_kill(bench) as run:
        run.until_checkpointed("a0")
        with live(bench.kafka, topic, 2) as times:
            wait_for(lambda: counted(bench) > 30, PATIENCE)
            broker.kill()
            time.sleep(AWAY)
            broker.up(("kafka",))
            back = len(times)
            wait_for(lambda: counted(bench) > back, PATIENCE)
        wait_for(lambda: counted(bench) == len(times), PATIENCE)
    assert late_rows(bench.kafka, f"{topic}.late") == []
