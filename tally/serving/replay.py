"""Replay: the originals of dead letters sent again, each once to a topic, however often the replay ends and begins.

Messages and the marks that they were sent are written in one transaction a batch. All replays of a source topic have
one identity: one that begins ends the transaction that another left open, and stops one that still runs. So the marks
that it then reads are all there are, and nobody adds to them but itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tally.errors import TallyError
from tally.serving.dead_errors import ReplayFailed, ReplayTakenOver, TargetMissing, TargetOfOwn
from tally.serving.dead_letters import DeadLetter, Places, read_dead_letters
from tally.serving.dead_selection import Passed, Selection, Sieve
from tally.serving.kafka import admin, metadata
from tally.serving.replay_marks import mark_of, marks_topic, own_topics, read_marks
from tally.serving.topics import dead_topic, end_offsets, ensure_compacted, topic_config
from tally.serving.transactions import Fenced, Outgoing, Transactions
from tally.settings import KafkaSettings

BATCH_LETTERS = 500
_BATCH_BYTES = 16 * 1024 * 1024

Progress = Callable[[int, int], None]
"""Told how many records were read, and of how many."""


@dataclass(frozen=True)
class ReplayRequest:
    """What to send again.

    Attributes:
        topics: that the source reads.
        selection: which dead letters.
        to: the topic to send to; None: each to the topic where it stood.
        batch: letters of one transaction.
    """

    topics: tuple[str, ...]
    selection: Selection
    to: str | None = None
    batch: int = BATCH_LETTERS


@dataclass
class ReplayResult:
    """What became of the dead letters.

    Attributes:
        passed: records that were not asked for.
        sent: originals that were sent.
        replayed: that an earlier replay had sent to the same topic.
        expired: not sent, for they are older than the topic keeps messages.
    """

    passed: Passed
    sent: int = 0
    replayed: int = 0
    expired: int = 0


def replay(
    address: str | None,
    request: ReplayRequest,
    settings: KafkaSettings,
    on_progress: Progress = lambda *_: None,
) -> ReplayResult:
    """Send the originals of dead letters again: those that stand there now and were not sent to that topic before.

    Args:
        address: host:port, several by comma; None where none is known.
        request: what to send again.
        settings: partitions and replicas of the topic of marks, which is created when missing.
        on_progress: called after each batch, and at the end.

    Raises:
        KafkaUnreachable: no broker answers.
        TargetMissing, TargetOfOwn: the topic to send to is none, or none to send to.
        ReplayTakenOver: another replay of the same topic has begun.
        ReplayFailed: the broker failed or refused a message; running it again goes on.
    """
    if request.to in {name for topic in request.topics for name in own_topics(topic)}:
        raise TargetOfOwn(str(request.to))
    existing = frozenset(metadata(admin(address), str(address)).topics)
    topics = [topic for topic in request.topics if dead_topic(topic) in existing]
    _require_targets(str(address), [request.to] if request.to else topics, existing)
    sieve = Sieve(request.selection)
    result = ReplayResult(sieve.passed)
    for topic in topics:
        ensure_compacted(address, [marks_topic(topic)], settings)
        _TopicReplay(str(address), topic, request, sieve, result).run(on_progress)
    return result


def _require_targets(address: str, targets: Iterable[str], existing: Collection[str]) -> None:
    for target in targets:
        if target not in existing:
            raise TargetMissing(target, address, tuple(sorted(existing)))


class _TopicReplay:
    """The replay of one source topic's dead letters."""

    def __init__(
        self, address: str, topic: str, request: ReplayRequest, sieve: Sieve, result: ReplayResult
    ) -> None:
        self._address = address
        self._topic = topic
        self._target = request.to or topic
        self._batch = request.batch
        self._sieve = sieve
        self._result = result
        self._partitions = end_offsets(address, self._target)
        config = topic_config(address, self._target)
        self._oldest = _oldest_kept(config)
        self._most_bytes = int(config["max.message.bytes"])

    def run(self, on_progress: Progress) -> None:
        try:
            # In this order: only when other replays are stopped all their marks can be read.
            identity = f"tally.dead.replay.{self._topic}"
            transactions = Transactions(self._address, identity, self._most_bytes)
            marks = read_marks(self._address, self._topic, self._target)
            for batch in self._batches(marks, on_progress):
                transactions.write(self._records(batch))
                self._result.sent += len(batch)
        except Fenced as fenced:
            raise ReplayTakenOver(self._topic, self._result.sent) from fenced
        except TallyError as failure:
            raise ReplayFailed(self._target, self._result.sent, failure.message) from failure

    def _batches(self, marks: Places, on_progress: Progress) -> Iterator[Sequence[DeadLetter]]:
        ends = end_offsets(self._address, dead_topic(self._topic))
        total = sum(high - low for low, high in ends.values())
        batch: list[DeadLetter] = []
        size = 0
        for read, letter in enumerate(read_dead_letters(self._address, dead_topic(self._topic), ends)):
            if self._is_due(letter, marks) and letter:
                batch.append(letter)
                size += len(letter.value or b"")
            if len(batch) >= self._batch or size >= _BATCH_BYTES:
                yield batch
                on_progress(read + 1, total)
                batch, size = [], 0
        if batch:
            yield batch
        on_progress(total, total)

    def _is_due(self, letter: DeadLetter | None, marks: Places) -> bool:
        if not self._sieve.takes(letter) or letter is None:
            return False
        if letter.place in marks:
            self._result.replayed += 1
        elif letter.timestamp is not None and letter.timestamp < self._oldest:
            self._result.expired += 1
        else:
            return True
        return False

    def _records(self, batch: Iterable[DeadLetter]) -> Iterator[Outgoing]:
        for letter in batch:
            yield Outgoing(
                self._target,
                letter.key,
                letter.value,
                letter.headers,
                self._partition(letter),
                letter.timestamp,
            )
            key, value = mark_of(letter, self._target)
            yield Outgoing(marks_topic(self._topic), key, value)

    def _partition(self, letter: DeadLetter) -> int | None:
        """Return the partition where the original stood, when it goes back there: messages of a key stay together."""
        place = letter.place
        return (
            place.partition if place.topic == self._target and place.partition in self._partitions else None
        )


def _oldest_kept(config: dict[str, str]) -> float:
    """Return the timestamp, in epoch milliseconds, before which a topic does not keep what is written now."""
    keeps_all = "delete" not in config["cleanup.policy"].split(",") or int(config["retention.ms"]) < 0
    if keeps_all or config["message.timestamp.type"] == "LogAppendTime":
        return float("-inf")
    return time.time() * 1000 - int(config["retention.ms"])
