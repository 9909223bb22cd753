"""What two aggregates must not share, over all jobs and projects of a registry: a table, a topic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tally.registry.entries import Entry
from tally.registry.errors import PlaceTaken
from tally.registry.log import Snapshot


@dataclass(frozen=True)
class Claim:
    """A place that an aggregate writes.

    Attributes:
        kind: ``table`` or ``topic``.
        name: of the table with its keyspace, or of the topic.
        id: of the table or topic; None before it is there.
    """

    kind: str
    name: str
    id: str | None

    def meets(self, other: Claim) -> bool:
        """Tell whether both are one place: of one name, unless their ids are known to differ."""
        same = (self.kind, self.name) == (other.kind, other.name)
        return same and (None in (self.id, other.id) or self.id == other.id)


def claims_of(entry: Entry) -> Iterator[Claim]:
    """Yield the places that an aggregate writes."""
    if entry.table:
        yield Claim("table", entry.table, entry.table_id)
    if entry.topic:
        yield Claim("topic", entry.topic, entry.topic_id)


def judge_claims(wanted: Entry, snapshot: Snapshot) -> list[PlaceTaken]:
    """Return an error for each place of an entry that another one claims, which is still served."""
    found = []
    for other in (recorded.entry for recorded in snapshot.entries.values()):
        if (other.project, other.name) == (wanted.project, wanted.name) or not other.is_served:
            continue
        taken = [mine for mine in claims_of(wanted) for theirs in claims_of(other) if mine.meets(theirs)]
        found += [_error(wanted, other, claim) for claim in taken]
    return found


def _error(wanted: Entry, other: Entry, claim: Claim) -> PlaceTaken:
    return PlaceTaken(
        kind=claim.kind,
        place=claim.name,
        aggregate=wanted.name,
        owner=other.name,
        owner_project=other.project,
        is_own_project=other.project == wanted.project,
        span=wanted.aggregate.span,
    )
