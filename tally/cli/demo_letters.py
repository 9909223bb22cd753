"""What the demo's jobs set aside, compared with what the recount makes of the same records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from tally.datasets.faults import NO_EVENTS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from tally.planning.job import Job
    from tally.recount import Ends, Late


@dataclass(frozen=True)
class SetAside:
    """Dead letters and late rows of one run.

    Attributes:
        kafka: host:port of the broker.
        readers: by source topic, how many jobs read it: each of them sets aside its dead letters.
        faulty: by source topic, how many records were fed that are no events.
        ends: of the topics of dead letters and late rows before the run.
    """

    kafka: str
    readers: Mapping[str, int]
    faulty: Mapping[str, int]
    ends: Ends

    @classmethod
    def before(cls, kafka: str, jobs: Sequence[Job]) -> SetAside:
        """Note what there is before jobs run."""
        from tally.recount import TOPICS, letter_ends  # noqa: PLC0415

        readers = Counter(topic for job in jobs for source in job.sources for topic in source.topics)
        return cls(kafka, readers, dict.fromkeys(TOPICS, NO_EVENTS), letter_ends(kafka, TOPICS))

    def late(self) -> list[Late]:
        """Read the run's late rows."""
        from tally.recount import TOPICS, read_late  # noqa: PLC0415

        return [one for topic in TOPICS for one in read_late(self.kafka, topic, self.ends)]

    def verified(
        self, database: DuckDBPyConnection, late: Sequence[Late], said: Mapping[str, int]
    ) -> list[str]:
        """Print how they compare with the recount, and return what differs.

        Args:
            database: of the recount.
            late: rows of the run, which the recount has as well.
            said: late rows by aggregate, as the jobs counted them.
        """
        from tally.recount import TOPICS  # noqa: PLC0415

        lines = [line for topic in TOPICS for line in self._dead(database, topic)]
        lines += [line for topic in TOPICS for line in _never_late(database, topic)]
        lines += _counted(late, said)
        wrong = [what for what, is_right in lines if not is_right]
        for what, is_right in lines:
            click.echo(f"{'verified' if is_right else 'DIFFERS'}: {what}")
        return wrong

    def _dead(self, database: DuckDBPyConnection, topic: str) -> Iterator[tuple[str, bool]]:
        from tally.recount import no_events, read_dead  # noqa: PLC0415

        wanted = no_events(database, topic)
        found = Counter(read_dead(self.kafka, topic, self.ends))
        right = sum(found[place] == self.readers[topic] for place in wanted)
        other = sum(place not in wanted for place in found)
        said = f"{right} of {self.faulty[topic]} dead letters of topic {topic}"
        is_right = right == len(wanted) == self.faulty[topic] and not other
        yield said + (f", and {other} of events" if other else ""), is_right


def _never_late(database: DuckDBPyConnection, topic: str) -> Iterator[tuple[str, bool]]:
    from tally.recount import not_late  # noqa: PLC0415

    if wrong := not_late(database, topic):
        yield f"{len(wrong)} rows of topic {topic} are on its topic of late rows and were not late", False


def _counted(late: Sequence[Late], said: Mapping[str, int]) -> Iterator[tuple[str, bool]]:
    found = Counter(one.aggregate for one in late)
    for aggregate in sorted(found.keys() | {name for name, rows in said.items() if rows}):
        numbers = f"{found[aggregate]} of {said.get(aggregate, 0)} late rows of {aggregate}"
        yield numbers, found[aggregate] == said.get(aggregate, 0)
