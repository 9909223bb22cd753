"""Rows that a sink cannot hold: beside the sum, since a row of a result is no record that was read."""

from __future__ import annotations

from dataclasses import dataclass

from tally.serving.account_meters import known, meter_of
from tally.serving.account_record import AccountRecord, Result


@dataclass(frozen=True)
class Refused:
    """What became of the rows of a result; a figure whose meter is not there is None.

    Attributes:
        aggregate: its name.
        topic: that the refused rows are on.
        rows: inserts and updates of the result; deletes are not among them.
        refused: those of them that a sink cannot hold, and so none got.
    """

    aggregate: str
    topic: str
    rows: int | None
    refused: int | None


def refused_rows(record: AccountRecord) -> tuple[Refused, ...]:
    """Return the figures of each result of a record, in their order."""
    return tuple(_refused(record, result) for result in record.results)


def _refused(record: AccountRecord, result: Result) -> Refused:
    def count(name: str) -> int | None:
        return known(lambda: meter_of(record, result.meter).counts.get(name, 0))

    return Refused(result.aggregate, result.topic, count("rows"), count("refused"))
