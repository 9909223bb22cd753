"""The sum of each account of a record: ``read = dead + skipped + filtered + late + counted``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tally.serving.account_checks import Complaint, complaints
from tally.serving.account_figures import Figures
from tally.serving.account_meters import NoMeter, known
from tally.serving.account_record import Account, AccountRecord


@dataclass(frozen=True)
class Sum:
    """What became of the records that a place reads; a figure whose meter is not there is None.

    Attributes:
        account: that it sums up.
        read: records of its sources, each as often as it enters.
        dead: by reason, likewise; None where it is not known.
        skipped: deletions that a source skips.
        filtered: what the query left out on the way; a remainder.
        entered: rows that came to the place.
        pairs: the same, each as often as it has windows.
        late: of the pairs.
        counted: of the pairs, in the result or in windows that are open.
        open: of the counted, in windows that are open; None also where that is not told apart.
        lost: offsets of its sources that vanished before they were read, beside the sum; None also where their number
            is not known.
        complaints: what does not hold.
    """

    account: Account
    read: int | None
    dead: Mapping[str, int] | None
    skipped: int | None
    filtered: int | None
    entered: int | None
    pairs: int | None
    late: int | None
    counted: int | None
    open: int | None
    lost: int | None
    complaints: tuple[Complaint, ...]

    @property
    def comes_out(self) -> bool:
        """Whether every record is accounted for."""
        return not self.complaints

    @property
    def windowed(self) -> bool:
        """Whether rows are counted by window, of which a row has several."""
        return None not in (self.pairs, self.entered) and self.pairs != self.entered


def name_of(one: Sum) -> str:
    """Return the aggregates that a sum is of."""
    return ", ".join(one.account.feeds)


def sums(record: AccountRecord) -> tuple[Sum, ...]:
    """Return the sum of each account of a record, in their order."""
    return tuple(_sum(Figures(record, account)) for account in record.accounts)


def _sum(figures: Figures) -> Sum:
    return Sum(
        figures.account,
        read=known(figures.read),
        dead=_dead(figures),
        skipped=known(figures.skipped),
        filtered=known(figures.filtered),
        entered=known(figures.entered),
        pairs=known(figures.pairs),
        late=known(figures.late),
        counted=known(figures.counted),
        open=_open(figures),
        lost=_lost(figures),
        complaints=complaints(figures),
    )


def _dead(figures: Figures) -> Mapping[str, int] | None:
    try:
        return figures.dead_by_reason()
    except NoMeter:
        return None


def _lost(figures: Figures) -> int | None:
    try:
        numbers = [source.lost_offsets for source in figures.lost().values()]
    except NoMeter:
        return None
    return None if None in numbers else sum(number or 0 for number in numbers)


def _open(figures: Figures) -> int | None:
    try:
        return figures.open() if figures.has_open() else None
    except NoMeter:
        return None
