"""Messages in formats other than JSON whose outcome is known, and what a job made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.e2e.dead_letters import START, Identity, letters
from tests.e2e.workbench import Workbench

SOURCE = """
CREATE TABLE events (
  user_id STRING NOT NULL,
  amount INT NOT NULL,
  event_ms BIGINT,
  note STRING,
  p INT NOT NULL METADATA FROM 'partition' VIRTUAL,
  o BIGINT NOT NULL METADATA FROM 'offset' VIRTUAL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '1' HOUR
) WITH ('connector' = 'kafka', 'topic' = '${T}-events', 'dead-letter.max-share' = '1', %s);
"""
ROWS = """
CREATE MATERIALIZED TABLE seen (PRIMARY KEY (p, o) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT p, o, COUNT(*) AS times, MAX(user_id) AS user_id, MAX(amount) AS amount, MAX(note) AS note
FROM events GROUP BY p, o;
"""
Row = tuple[str, int, str | None]


@dataclass(frozen=True)
class Case:
    """A message and what must become of it: a row, or a dead letter for a reason; None: one of both."""

    message: bytes | None
    outcome: Row | str | None


@dataclass
class Load:
    """Cases on the partitions of a topic, many times and between each other."""

    partitions: int
    rows: dict[Identity, Row] = field(default_factory=dict)
    dead: dict[Identity, tuple[str, bytes | None]] = field(default_factory=dict)
    either: set[Identity] = field(default_factory=set)

    def produce(self, bench: Workbench, topic: str, cases: Sequence[Case], times: int) -> None:
        """Produce each case to each partition, each time in another order, so that each comes after each."""
        for partition in range(self.partitions):
            each = [case for turn in range(times) for case in (*cases[turn:], *cases[:turn])]
            bench.produce(topic, [("k", case.message, START) for case in each], partition)
            for offset, case in enumerate(each):
                self._expect((partition, offset), case)

    def _expect(self, identity: Identity, case: Case) -> None:
        if case.outcome is None:
            self.either.add(identity)
        elif isinstance(case.outcome, str):
            self.dead[identity] = (case.outcome, case.message)
        else:
            self.rows[identity] = case.outcome

    def differences(self, bench: Workbench) -> list[str]:
        """Return how what a job made of the records differs from what must become of each."""
        rows, dead = seen(bench), died(bench)
        expected = {**self.rows, **self.dead}
        said = [f"{one}: both a row and dead" for one in rows.keys() & dead.keys()]
        for one, outcome in {**rows, **dead}.items():
            if one not in self.either and expected.pop(one, None) != outcome:
                said.append(f"{one}: {outcome}")
        lost = self.either - rows.keys() - dead.keys()
        return said + [f"{one}: not there" for one in (*expected, *lost)]


def seen(bench: Workbench) -> dict[Identity, Row]:
    """Return the rows that were counted, which must be once each."""
    found = bench.rows("seen", "p, o, times, user_id, amount, note")
    assert {times for _, _, times, *_ in found} <= {1}
    return {(p, o): (user, amount, note) for p, o, _, user, amount, note in found}


def died(bench: Workbench) -> dict[Identity, tuple[str, bytes | None]]:
    """Return reason and message of the dead letters, which must be there once each."""
    found = letters(bench.kafka, f"{bench.prefix}-events.dead")
    assert set(Counter(letter.identity for letter in found).values()) <= {1}
    return {letter.identity: (letter.said["reason"], letter.value) for letter in found}


def errors(bench: Workbench) -> dict[bytes | None, str]:
    """Return by message the error of its dead letter."""
    return {
        letter.value: letter.said["error"] for letter in letters(bench.kafka, f"{bench.prefix}-events.dead")
    }
