"""What a source's meter says, and the meters of a record, which may be missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tally.serving.account_record import AccountRecord, Meter

_READ, _DEAD, _SKIPPED, _LOST = "read", "dead", "skipped", "lost"
# The one cause whose extent is known: the log says where it begins now.
_RETENTION = "retention"


class NoMeter(LookupError):
    """A figure is of a meter that the record does not have."""


@dataclass(frozen=True)
class SourceFigures:
    """What became of a source's records.

    Attributes:
        read: by partition: ``0``, or of several topics ``orders/0``; ``""`` where it is not known.
        dead: by reason.
        skipped: deletions that the source says to skip.
        lost: offsets that vanished before they were read, by cause and partition; their number is known for
            ``retention`` and not for ``recreated`` and ``truncated``.
    """

    read: Mapping[str, int]
    dead: Mapping[str, int]
    skipped: int
    lost: Mapping[str, Mapping[str, int]]

    @property
    def lost_offsets(self) -> int | None:
        """How many offsets were lost, an upper bound on records; None where that is not known."""
        if any(cause != _RETENTION for cause in self.lost):
            return None
        return sum(self.lost.get(_RETENTION, {}).values())


def source_figures(record: AccountRecord, source: str) -> SourceFigures:
    """Return the figures of a source of a record.

    Raises:
        NoMeter: the record has none.
    """
    meters = {one.source: one.meter for one in record.sources}
    counts = meter_of(record, meters.get(source, "")).counts
    return SourceFigures(
        dict(sorted(_under(counts, _READ), key=lambda item: _by_number(item[0]))),
        dict(sorted(_under(counts, _DEAD))),
        counts.get(_SKIPPED, 0),
        _lost(counts),
    )


def meter_of(record: AccountRecord, name: str) -> Meter:
    """Return a meter.

    Raises:
        NoMeter: the record does not have it.
    """
    if name not in record.meters:
        raise NoMeter(name)
    return record.meters[name]


def known(figure: Callable[[], int]) -> int | None:
    """Return a figure, or None where the record has no meter for it."""
    try:
        return figure()
    except NoMeter:
        return None


def _lost(counts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Return the counts of ``lost/retention/0`` by cause and partition."""
    found: dict[str, dict[str, int]] = {}
    for name, number in sorted(_under(counts, _LOST), key=lambda item: _by_number(item[0])):
        cause, _, partition = name.partition("/")
        found.setdefault(cause, {})[partition] = number
    return dict(sorted(found.items()))


def _under(counts: Mapping[str, int], kind: str) -> Iterator[tuple[str, int]]:
    """Yield the counts of a kind: of ``read/0`` by ``0``, of ``read`` by nothing."""
    for name, number in counts.items():
        first, _, rest = name.partition("/")
        if first == kind:
            yield rest, number


def _by_number(partition: str) -> tuple[str, int, str]:
    """Return what sorts partition 2 before 10."""
    topic, _, number = partition.rpartition("/")
    return topic, int(number) if number.isdecimal() else -1, number
