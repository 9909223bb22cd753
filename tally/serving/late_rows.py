"""Late rows: what stands on ``<source topic>.late``, one record for each row and each window of it that had closed.

The value is the row as JSON, with the columns that the query's plan had there. Headers of tally's own say what the row
is missing in, when that closed, and where the row came from if that is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from confluent_kafka import Message

from tally.serving.dead_letters import Place
from tally.serving.messages import read_messages
from tally.serving.own_headers import OwnHeaders, header_text, headers_of
from tally.serving.topics import Offsets

SEPARATOR = ", "
"""Between the names of ``tally.aggregate``."""
_PLACE = ("topic", "partition", "offset")
_LONG = 2**63


@dataclass(frozen=True)
class LateRow:
    """A row that came when a window of it had closed.

    Attributes:
        table: the source table.
        aggregate: what it is missing in; several separated by ``SEPARATOR``.
        window_start: in epoch milliseconds; None where it is not known, or there is no window.
        window_end: first millisecond after the window; None where the operator has no windows.
        watermark: when the row came.
        late_by: milliseconds from the window's last one, or without a window from the row's event time, to the
            watermark.
        place: of the record that the row was; None where it is not known.
        value: the row as JSON.
    """

    table: str
    aggregate: str
    window_start: int | None
    window_end: int | None
    watermark: int
    late_by: int
    place: Place | None
    value: bytes

    @property
    def last(self) -> int:
        """The last millisecond of its window; without a window, its event time."""
        return self.watermark - self.late_by


def read_late_rows(
    address: str, topic: str, ends: Offsets, held: set[str] | None = None
) -> Iterator[LateRow | None]:
    """Yield every committed record of a topic of late rows; None for one that is no late row.

    Args:
        address: host:port, several by comma.
        topic: of late rows.
        ends: first and end offset of each partition, as ``end_offsets`` gives them.
        held: gets the topic, where a transaction that is open ended a partition early.

    Raises:
        KafkaUnreachable: no broker answers any more.
        KafkaFailed: a record could not be read.
    """
    for message in read_messages(address, topic, ends, held):
        yield late_row_of(message)


def late_row_of(message: Message) -> LateRow | None:
    """Return the late row that a record holds; None where tally did not write it."""
    said = headers_of(message)
    try:
        return _late_row(said, message.value())
    except (KeyError, ValueError):  # a header is missing, no UTF-8, or no number
        return None


def _late_row(said: OwnHeaders, value: bytes | None) -> LateRow:
    start, end, late_by = _known(said, "window-start"), _known(said, "window-end"), _number(said, "late-by")
    if late_by < 0 or value is None or (start is not None and end is None):
        raise ValueError(said)
    return LateRow(
        header_text(said, "table"),
        header_text(said, "aggregate"),
        start,
        end,
        _number(said, "watermark"),
        late_by,
        _place(said),
        value,
    )


def _place(said: OwnHeaders) -> Place | None:
    if not any(f"tally.{name}" in said for name in _PLACE):
        return None
    return Place(header_text(said, "topic"), _number(said, "partition"), _number(said, "offset"))


def _known(said: OwnHeaders, name: str) -> int | None:
    return _number(said, name) if f"tally.{name}" in said else None


def _number(said: OwnHeaders, name: str) -> int:
    number = int(header_text(said, name))
    if not -_LONG <= number < _LONG:
        raise ValueError(name)
    return number
