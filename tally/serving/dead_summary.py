"""A look at dead letters: how many for which reason, and the newest of each."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tally.serving.dead_letters import DeadLetter, Place, read_dead_letters
from tally.serving.dead_selection import Passed, Selection, Sieve
from tally.serving.topics import dead_topic, end_offsets, existing_topics


@dataclass
class Died:
    """Dead letters of one reason.

    Attributes:
        letters: how many.
        samples: the newest of them by the originals' time, oldest first.
    """

    letters: int = 0
    samples: list[DeadLetter] = field(default_factory=list)

    def add(self, letter: DeadLetter, most: int) -> None:
        """Count a letter and keep it while it is among the newest."""
        self.letters += 1
        insort(self.samples, letter, key=_by_age)
        del self.samples[: max(0, len(self.samples) - most)]


@dataclass(frozen=True)
class DeadSummary:
    """What the dead letters of a source are.

    Attributes:
        topics: that were read; a source topic that nothing of died has none.
        reasons: by reason, the most frequent first.
        passed: records that are not among them.
        held: topics with a transaction that is open: what stands behind it cannot be read yet.
    """

    topics: tuple[str, ...]
    reasons: Mapping[str, Died]
    passed: Passed
    held: tuple[str, ...] = ()

    @property
    def letters(self) -> int:
        """How many there are."""
        return sum(died.letters for died in self.reasons.values())


def summarize(address: str | None, topics: Sequence[str], selection: Selection, samples: int) -> DeadSummary:
    """Read the dead letters of a source to their present end.

    Args:
        address: host:port, several by comma; None where none is known.
        topics: that the source reads.
        selection: which of them are asked for.
        samples: how many of each reason to keep.

    Raises:
        KafkaUnreachable: no broker answers.
        KafkaFailed: a topic could not be read.
    """
    sieve = Sieve(selection)
    reasons: dict[str, Died] = {}
    held: set[str] = set()
    found = existing_topics(address, map(dead_topic, topics))
    for topic in found:
        for letter in read_dead_letters(str(address), topic, end_offsets(address, topic), held):
            if sieve.takes(letter) and letter:
                reasons.setdefault(letter.reason, Died()).add(letter, samples)
    by_number = sorted(reasons.items(), key=lambda item: (-item[1].letters, item[0]))
    return DeadSummary(tuple(found), dict(by_number), sieve.passed, tuple(sorted(held)))


def _by_age(letter: DeadLetter) -> tuple[int, Place]:
    return (-1 if letter.timestamp is None else letter.timestamp, letter.place)
