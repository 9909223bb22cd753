"""Dead letters of a real broker: looked at, and sent again once each, whatever ends the replay."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from tally.serving.by_hand import create_topic
from tally.serving.dead_errors import ReplayFailed, ReplayTakenOver, TargetMissing, TargetOfOwn
from tally.serving.dead_letters import Place
from tally.serving.dead_selection import Selection
from tally.serving.dead_summary import summarize
from tally.serving.errors import KafkaFailed, KafkaUnreachable
from tally.serving.replay import ReplayRequest, ReplayResult, replay
from tally.serving.topics import end_offsets, topic_config
from tally.serving.transactions import Fenced, Outgoing, Transactions
from tally.settings import KafkaSettings
from tally.stack import Stack
from tests.e2e.graves import NOON_MS, Graveyard, Held, Original, murmur2_partition, read

ONE_PARTITION = KafkaSettings(partitions=1)

# Each is one way in which a message can be bent on its way: nothing of it may change.
ODD = (
    Original(key=None, value=b'{"no": "key"}', offset=0),
    Original(key=b"null value", value=None, offset=1),
    Original(key=b"empty value", value=b"", offset=2),
    Original(key=b"", value=b"empty key", offset=3),
    Original(key=bytes(range(256)), value=bytes(reversed(range(256))) * 3, offset=4, partition=1),
    Original(
        key=b"headers",
        headers=(("trace", b"1"), ("null", None), ("trace", b"\xff\x00"), ("empty", b""), ("", b"no name")),
        offset=5,
        partition=1,
    ),
    Original(key=b"large", value=os.urandom(1_030_000), offset=6),
    Original(key=b"old", timestamp=1, offset=7, partition=2),
)


@pytest.fixture
def graves(stack: Stack) -> Graveyard:
    """A source topic of three partitions that keeps everything, and its dead letters on two."""
    ground = Graveyard(str(stack.addresses().kafka), f"g{uuid.uuid4().hex[:10]}")
    ground.create(ground.topic, 3, **{"retention.ms": "-1"})
    ground.create(ground.dead, 2, **{"retention.ms": "-1", "max.message.bytes": "2000000"})
    return ground


def numbered(count: int) -> list[Original]:
    return [
        Original(
            key=f"k{number % 50}".encode(), value=str(number).encode(), offset=number, partition=number % 3
        )
        for number in range(count)
    ]


def again(graves: Graveyard, *, to: str | None = None, batch: int = 500, **selected: Any) -> ReplayResult:
    selection = Selection(graves.table, **selected)
    return replay(graves.kafka, ReplayRequest((graves.topic,), selection, to, batch), ONE_PARTITION)


def as_held(one: Original) -> Held:
    return Held(one.partition, one.key, one.value, one.headers, one.timestamp)


def test_whole_messages_come_back_as_they_were(graves: Graveyard) -> None:
    graves.bury(ODD)

    result = again(graves)

    assert (result.sent, result.replayed, result.expired) == (len(ODD), 0, 0)
    assert Counter(graves.held()) == Counter(map(as_held, ODD))


def test_a_message_that_was_a_dead_letter_keeps_the_headers_of_the_first_death(graves: Graveyard) -> None:
    first = graves.own_headers(Original(offset=77), "missing", "other")
    mixed = (("tally.reason", b"mine"), *first, ("behind", b"x"))
    originals = [Original(headers=tuple(first), offset=1), Original(headers=mixed, offset=2)]
    graves.bury(originals, "too-far-ahead")

    summary = summarize(graves.kafka, (graves.topic,), Selection("orders"), 5)
    again(graves)

    assert {reason: died.letters for reason, died in summary.reasons.items()} == {"too-far-ahead": 2}
    assert [letter.place.offset for letter in summary.reasons["too-far-ahead"].samples] == [1, 2]
    assert Counter(graves.held()) == Counter(map(as_held, originals))


def test_a_summary_counts_each_original_once_by_reason(graves: Graveyard) -> None:
    graves.bury(numbered(40))
    graves.bury(numbered(40)[10:13])
    graves.bury(
        [Original(offset=100 + hour, timestamp=NOON_MS + hour * 3_600_000) for hour in range(5)], "missing"
    )
    graves.bury([Original(offset=1)], "missing", table="`c`.`d`.`returns`")
    graves.bury([Original(offset=500)], "missing", end="abort")
    plain = Producer({"bootstrap.servers": graves.kafka})
    plain.produce(graves.dead, value=b"no dead letter", headers=[("tally.topic", b"x")])
    plain.flush()
    still_open = graves.bury([Original(offset=501)], "missing", end="open")

    summary = summarize(graves.kafka, (graves.topic,), Selection("orders"), 2)
    still_open.abort_transaction(30)

    assert (summary.letters, summary.topics) == (45, (graves.dead,))
    assert [(reason, died.letters) for reason, died in summary.reasons.items()] == [
        ("undecodable", 40),
        ("missing", 5),
    ]
    assert [letter.place for letter in summary.reasons["missing"].samples] == [
        Place(graves.topic, 0, 103),
        Place(graves.topic, 0, 104),
    ]
    assert summary.reasons["missing"].samples[0].error == "column amount: missing, größer"
    passed = summary.passed
    assert (passed.duplicates, passed.other_tables, passed.foreign) == (3, {"returns": 1}, 1)


def test_what_was_not_committed_is_not_sent(graves: Graveyard) -> None:
    graves.bury([Original(offset=1, value=b"aborted")], end="abort")
    graves.bury([Original(offset=2, value=b"committed")])
    graves.bury([Original(offset=3, value=b"aborted too")], end="abort")
    still_open = graves.bury([Original(offset=4, value=b"open")] * 20, end="open")

    assert again(graves).sent == 1
    assert [message.value for message in graves.held()] == [b"committed"]

    still_open.commit_transaction(30)
    result = again(graves)
    assert (result.sent, result.replayed, result.passed.duplicates) == (1, 1, 19)
    assert sorted(message.value for message in graves.held()) == [b"committed", b"open"]


def test_each_original_is_sent_once_to_a_topic(graves: Graveyard) -> None:
    originals = numbered(60)
    graves.bury(originals[:40])
    graves.bury(originals[30:45])

    first = again(graves, batch=7)
    second = again(graves, batch=7)
    graves.bury(originals[40:])
    third = again(graves, batch=7)

    assert (first.sent, first.replayed, first.passed.duplicates) == (45, 0, 10)
    assert (second.sent, second.replayed, second.passed.duplicates) == (0, 45, 10)
    assert (third.sent, third.replayed, third.passed.duplicates) == (15, 45, 15)
    assert Counter(graves.held()) == Counter(map(as_held, originals))


def test_reason_and_time_choose_what_is_sent(graves: Graveyard) -> None:
    noon = datetime.fromtimestamp(NOON_MS / 1000, timezone.utc)
    graves.bury([Original(offset=number, timestamp=NOON_MS + number - 1) for number in range(3)], "missing")
    graves.bury([Original(offset=number, timestamp=NOON_MS + number) for number in (3, 4)], "no-event-time")
    graves.bury([Original(offset=5, timestamp=NOON_MS, value=b"other")], "missing", table="returns")

    result = again(graves, reasons=frozenset({"missing"}), since=noon)
    assert (result.sent, result.passed.unselected, result.passed.other_tables) == (2, 3, {"returns": 1})
    assert sorted(message.timestamp for message in graves.held()) == [NOON_MS, NOON_MS + 1]

    rest = again(graves)
    assert (rest.sent, rest.replayed) == (3, 2)


def test_another_topic_gets_them_by_key_and_remembers_on_its_own(graves: Graveyard) -> None:
    originals = numbered(100)
    graves.bury(originals)
    target = graves.create(f"{graves.topic}-repaired", 5, **{"retention.ms": "-1"})

    assert again(graves, to=target).sent == 100
    assert again(graves).sent == 100
    assert again(graves, to=target).sent == 0

    held = graves.held(target)
    assert {message.partition for message in held} == {
        murmur2_partition(message.key or b"", 5) for message in held
    }
    assert all(message.partition == murmur2_partition(message.key or b"", 5) for message in held)
    assert Counter(message[1:] for message in held) == Counter(as_held(one)[1:] for one in originals)


def test_a_topic_to_send_to_must_be_there_and_not_be_one_of_tally(graves: Graveyard) -> None:
    graves.bury([Original()])
    with pytest.raises(TargetMissing) as missing:
        again(graves, to=f"{graves.topic}x")
    create = create_topic(graves.kafka, f"{graves.topic}x")
    assert str(missing.value) == (
        f"nothing was sent: there is no topic '{graves.topic}x' on the broker at {graves.kafka}\n"
        f"hint: did you mean '{graves.topic}'? Else create it: {create}"
    )
    for own in (graves.dead, f"{graves.dead}.replayed", f"{graves.topic}.late"):
        with pytest.raises(TargetOfOwn) as refused:
            again(graves, to=own)
        assert str(refused.value) == (
            f"--to: topic '{own}' is one that tally writes itself\n"
            "hint: name the topic of a source, or one of your own"
        )
    assert graves.held() == []


def test_what_the_topic_would_not_keep_is_held_back_until_it_does(graves: Graveyard) -> None:
    now = int(time.time() * 1000)
    graves.bury([Original(offset=1, timestamp=now), Original(offset=2, timestamp=now - 3_700_000)])
    short = graves.create(f"{graves.topic}-short", 1, **{"retention.ms": "3600000"})
    compacted = graves.create(f"{graves.topic}-compacted", 1, **{"cleanup.policy": "compact"})
    own_time = {"retention.ms": "3600000", "message.timestamp.type": "LogAppendTime"}
    appended = graves.create(f"{graves.topic}-appended", 1, **own_time)

    first = again(graves, to=short)
    assert (first.sent, first.expired) == (1, 1)
    assert [message.timestamp for message in graves.held(short)] == [now]
    assert again(graves, to=appended).sent == 2
    graves.bury([Original(key=b"k", offset=3, timestamp=1)], "missing")
    assert again(graves, to=compacted, reasons=frozenset({"missing"})).sent == 1
    assert again(graves).sent == 3


def test_a_message_that_the_topic_refuses_ends_the_replay_and_loses_none(graves: Graveyard) -> None:
    graves.bury(numbered(20))
    graves.bury([Original(key=b"large", value=os.urandom(5000), offset=20)])
    target = graves.create(f"{graves.topic}-small", 1, **{"retention.ms": "-1", "max.message.bytes": "2000"})

    with pytest.raises(ReplayFailed) as failed:
        again(graves, to=target, batch=1)

    sent = failed.value.sent
    assert str(failed.value) == (
        f"the replay to topic '{target}' ended after {sent} messages: Kafka could not write a transaction: "
        f"Broker: Message size too large (topic '{target}')\n"
        "hint: run it again: it goes on where it ended, and sends no message twice"
    )
    assert len(graves.held(target)) == sent
    assert again(graves, to=target, reasons=frozenset({"missing"})).sent == 0
    assert again(graves, batch=1).sent == 21


def test_a_small_limit_of_the_topic_holds_for_messages_one_by_one(graves: Graveyard) -> None:
    """Messages that are sent together may exceed it together; then none of them would be refused alone."""
    originals = [Original(value=os.urandom(300), offset=offset) for offset in range(40)]
    graves.bury(originals)
    target = graves.create(f"{graves.topic}-small", 1, **{"retention.ms": "-1", "max.message.bytes": "2000"})
    assert (again(graves, to=target).sent, len(graves.held(target))) == (40, 40)


def test_there_may_be_no_dead_letters(graves: Graveyard) -> None:
    assert (again(graves).sent, summarize(graves.kafka, (graves.topic,), Selection("orders"), 3).letters) == (
        0,
        0,
    )
    nothing = ReplayRequest(("never-there",), Selection("orders"))
    assert replay(graves.kafka, nothing, ONE_PARTITION).sent == 0
    assert summarize(graves.kafka, ("never-there",), Selection("orders"), 3).topics == ()
    with pytest.raises(KafkaUnreachable):
        replay(None, nothing, ONE_PARTITION)


def test_marks_are_kept_for_good_and_a_foreign_one_stops_the_replay(graves: Graveyard) -> None:
    graves.bury([Original(offset=1)])
    again(graves)
    marks = f"{graves.dead}.replayed"
    assert topic_config(graves.kafka, marks)["cleanup.policy"] == "compact"
    (mark,) = read(graves.kafka, marks)
    assert json.loads(mark.key or b"") == [graves.topic, graves.topic, 0, 1]
    assert json.loads(mark.value or b"")["reason"] == "undecodable"

    plain = Producer({"bootstrap.servers": graves.kafka})
    plain.produce(marks, key=b"[1, 2]", value=b"")
    plain.flush()
    with pytest.raises(ReplayFailed) as failed:
        again(graves)
    assert f"Kafka could not tell what topic '{marks}' holds: partition 0, offset " in str(failed.value)


# The child is killed by itself at an exact point, or by the test while it runs.
CHILD = """
import os, signal, sys
from tally.serving.dead_selection import Selection
from tally.serving.replay import ReplayRequest, replay
from tally.serving.transactions import Transactions
from tally.settings import KafkaSettings

kafka, topic, batch, moment, number = sys.argv[1:]
commit, commits = Transactions._commit, []

def die(self):
    commits.append(1)
    if len(commits) < int(number):
        return commit(self)
    self._client.flush()  # all of the transaction is in the log
    if moment == "after":
        commit(self)
    os.kill(os.getpid(), signal.SIGKILL)

if moment != "outside":
    Transactions._commit = die
replay(kafka, ReplayRequest((topic,), Selection("orders"), None, int(batch)), KafkaSettings(partitions=1))
"""


def begin(graves: Graveyard, batch: int, moment: str = "outside", number: int = 0) -> subprocess.Popen[bytes]:
    arguments = (graves.kafka, graves.topic, str(batch), moment, str(number))
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    return subprocess.Popen([sys.executable, "-c", CHILD, *arguments], env=environment)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_replay_killed_at_a_commit_sends_none_twice(graves: Graveyard, moment: str, number: int) -> None:
    originals = numbered(60)
    graves.bury(originals)

    assert begin(graves, 10, moment, number).wait(120) == -signal.SIGKILL
    done = (number - (moment == "before")) * 10
    assert again(graves, batch=10).sent == 60 - done

    assert Counter(graves.held()) == Counter(map(as_held, originals))


def test_a_replay_killed_anywhere_again_and_again_sends_none_twice(graves: Graveyard) -> None:
    originals = numbered(4000)
    graves.bury(originals)
    marks, kills = f"{graves.dead}.replayed", 0
    for enough in (1, 300, 700):
        child = begin(graves, 5)
        while child.poll() is None and _end(graves.kafka, marks) < enough:
            time.sleep(0.01)
        child.kill()
        kills += child.wait(60) == -signal.SIGKILL
    before = len(graves.held())

    assert kills == 3
    assert 0 < before < 4000
    assert begin(graves, 500).wait(120) == 0
    assert Counter(graves.held()) == Counter(map(as_held, originals))
    assert again(graves).sent == 0


def _end(kafka: str, topic: str) -> int:
    try:
        return sum(high for _, high in end_offsets(kafka, topic).values())
    except KafkaFailed:
        return 0  # not there yet


def test_of_two_replays_the_later_one_goes_on_alone(graves: Graveyard) -> None:
    originals = numbered(100)
    graves.bury(originals)
    others: list[ReplayResult] = []

    def while_it_runs(*_: int) -> None:
        if not others:
            others.append(again(graves))

    request = ReplayRequest((graves.topic,), Selection("orders"), None, 30)
    with pytest.raises(ReplayTakenOver) as fenced:
        replay(graves.kafka, request, ONE_PARTITION, while_it_runs)

    assert str(fenced.value) == (
        f"another replay of topic '{graves.topic}' has begun, so this one ended after 30 messages\n"
        "hint: the other one sends the rest; no message is sent twice"
    )
    assert (others[0].sent, others[0].replayed) == (70, 30)
    assert Counter(graves.held()) == Counter(map(as_held, originals))


def test_replays_to_two_topics_at_once_exclude_each_other_too(graves: Graveyard) -> None:
    """Else an open transaction of the one would hide the marks of the other."""
    graves.bury(numbered(20))
    target = graves.create(f"{graves.topic}-other", 1, **{"retention.ms": "-1"})
    request = ReplayRequest((graves.topic,), Selection("orders"), None, 10)
    with pytest.raises(ReplayTakenOver):
        replay(graves.kafka, request, ONE_PARTITION, lambda *_: again(graves, to=target) and None)
    assert (len(graves.held()), len(graves.held(target))) == (10, 20)


def test_a_writer_that_is_fenced_within_its_transaction_leaves_nothing(graves: Graveyard) -> None:
    first = Transactions(graves.kafka, graves.topic)

    def records() -> Any:
        yield Outgoing(graves.topic, None, b"first", partition=0)
        first._client.flush()
        Transactions(graves.kafka, graves.topic).write([Outgoing(graves.topic, None, b"second", partition=0)])
        yield Outgoing(graves.topic, None, b"third", partition=0)

    with pytest.raises(Fenced):
        first.write(records())
    assert [message.value for message in graves.held()] == [b"second"]
