"""Accounts on a real broker: what is committed last of each job counts, and the topic that they are on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from tally.serving.account import Accounts, read_accounts
from tally.serving.by_hand import compact_topic
from tally.serving.errors import TopicNotCompacted
from tally.serving.topics import end_offsets, ensure_account_topic, ensure_compacted, topic_config
from tally.settings import KafkaSettings
from tally.stack import Stack
from tests.e2e.graves import Graveyard
from tests.unit.accounts import FINAL, TAP, changed

Call = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[..., Producer]


@pytest.fixture(scope="module")
def kafka(stack: Stack) -> str:
    return str(stack.addresses().kafka)


@pytest.fixture
def topic() -> str:
    return f"a{uuid.uuid4().hex[:10]}"


@pytest.fixture
def write(kafka: str, topic: str) -> Write:
    """Write accounts, or any bytes, in one transaction, which is committed, aborted or left open."""

    def in_transaction(*records: dict[str, Any] | tuple[str, bytes | None], end: str = "commit") -> Producer:
        client = Producer({"bootstrap.servers": kafka, "transactional.id": uuid.uuid4().hex})
        client.init_transactions(30)
        client.begin_transaction()
        for record in records:
            one = (record["job"], json.dumps(record).encode()) if isinstance(record, dict) else record
            client.produce(topic, key=one[0].encode(), value=one[1])
        assert client.flush(30) == 0
        if end == "commit":
            client.commit_transaction(30)
        elif end == "abort":
            client.abort_transaction(30)
        return client

    return in_transaction


@pytest.fixture
def tally(kafka: str, topic: str, tmp_path: Path) -> Call:
    (tmp_path / "sql").mkdir()
    settings = {"TALLY_KAFKA_BOOTSTRAP_SERVERS": kafka, "TALLY_ACCOUNT_TOPIC": topic}

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from tally.cli import main; main()", *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, **settings, "PYTHONPATH": str(Path.cwd())},
            check=False,
        )

    return call


def test_the_newest_committed_account_of_each_job_counts(
    kafka: str, topic: str, write: Write, tally: Call
) -> None:
    nothing = tally("account")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert nothing.stderr.startswith("error: no job has an account yet\nhint: `tally run` first")
    assert read_accounts(kafka, topic) == Accounts()

    ensure_account_topic(kafka, topic, KafkaSettings())
    assert tally("account").stderr == nothing.stderr

    trains = {**FINAL, "job": "trains", "meters door-6-0 counts open": 0, f"{TAP} rows": 978}
    write(changed({"checkpoint": 16, f"{TAP} rows": 1}), changed({"job": "gone"}), changed(trains))
    write(changed({"checkpoint": 17}), ("gone", None))
    write(changed({"checkpoint": 18, f"{TAP} rows": 2}), end="abort")
    still_open = write(changed({"checkpoint": 19, f"{TAP} rows": 3}), end="open")
    # Nothing behind a transaction that is open can be read yet.
    write(changed({"checkpoint": 20, "job": "later"}))

    shown = tally("account")
    assert (shown.returncode, shown.stderr) == (
        0,
        f"not read: what stands behind an open transaction on {topic}; "
        "the next checkpoint of its job commits it, or Kafka ends it\n",
    )
    assert [line for line in shown.stdout.splitlines() if line[:1].strip()] == [
        "airports: checkpoint 17 of 2025-01-01 12:00:00, unbounded",
        "trains: the end of a run, 2025-01-01 12:00:00, bounded",
    ]
    assert "airport_hours  1,010     5        15    12      978  comes out" in shown.stdout
    status = tally("status").stdout
    assert "\nairports: read 1,010 = dead 5 + filtered 15 + late 12 + counted 978, checkpoint 17 of" in status

    still_open.commit_transaction(30)
    wrong = tally("account", "airports", "--json")
    assert (wrong.returncode, wrong.stderr) == (
        1,
        "error: the sum does not come out: airport_hours of job 'airports'\n",
    )
    [job] = json.loads(wrong.stdout)
    assert (job["checkpoint"], job["comes_out"]) == (19, False)
    [complaint] = job["sums"][0]["complaints"]
    assert (complaint["check"], complaint["expected"], complaint["found"]) == ("closed", 938, 3)
    assert [one.job for one in read_accounts(kafka, topic).records] == ["airports", "later", "trains"]


def test_a_newer_record_that_is_no_account_hides_the_older_one(
    kafka: str, topic: str, write: Write, tally: Call
) -> None:
    ensure_account_topic(kafka, topic, KafkaSettings())
    write(changed({}), changed({"job": "trains"}))
    write(("airports", b"{"))
    shown = tally("account")
    assert (shown.returncode, shown.stdout.splitlines()[0]) == (
        1,
        "trains: checkpoint 17 of 2025-01-01 12:00:00, unbounded",
    )
    assert shown.stderr.startswith(
        f"error: the newest account of job 'airports' cannot be read: topic '{topic}' partition 0 offset 3: "
    )


def test_the_topic_is_compacted_and_of_one_partition(kafka: str, topic: str) -> None:
    assert ensure_account_topic(kafka, topic, KafkaSettings(partitions=5)) is True
    assert ensure_account_topic(kafka, topic, KafkaSettings()) is False
    assert end_offsets(kafka, topic) == {0: (0, 0)}
    config = topic_config(kafka, topic)
    assert (config["cleanup.policy"], config["segment.ms"]) == ("compact", "3600000")


def test_a_compacted_topic_that_is_there_is_taken_and_another_is_refused(kafka: str, topic: str) -> None:
    ensure_compacted(kafka, [topic], KafkaSettings(partitions=2))
    assert ensure_account_topic(kafka, topic, KafkaSettings()) is False

    other = Graveyard(kafka, topic).create(f"{topic}-other")
    with pytest.raises(TopicNotCompacted) as refused:
        ensure_account_topic(kafka, other, KafkaSettings())
    assert str(refused.value) == (
        f"topic '{other}' has cleanup.policy=delete: it would forget results\n"
        f"hint: run {compact_topic(kafka, other)}"
    )


def test_without_a_broker(tmp_path: Path) -> None:
    (tmp_path / "sql").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", "from tally.cli import main; main()", "account"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: no Kafka broker runs here, and none is configured\n"
        "hint: start it with `tally up`, or set kafka.bootstrap_servers\n"
    )
