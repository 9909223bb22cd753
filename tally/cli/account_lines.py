"""Accounts in one line each: at the end of ``tally run``, and in ``tally status``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from tally.cli.record_texts import count, printable

if TYPE_CHECKING:
    from tally.serving.account_record import AccountRecord
    from tally.serving.account_sums import Sum

UNKNOWN = "?"
"""Stands for a figure that was not counted."""


def shown_at_end(records: Iterable[AccountRecord]) -> Iterator[str]:
    """Yield a line for each aggregate: its sum, and whether that comes out; then of refused rows."""
    from tally.serving.account_sums import name_of, sums  # noqa: PLC0415

    for record in records:
        for one in sums(record):
            yield f"{shown_name(name_of(one))}: {equation(one)}: {_verdict(one)}"
        yield from refused_lines(record)


def status_lines(records: Iterable[AccountRecord]) -> Iterator[str]:
    """Yield a line for each job: its sum, or of several their number, and whether they come out."""
    from tally.serving.account_sums import sums  # noqa: PLC0415

    for record in records:
        yield f"{shown_name(record.job)}: {_in_short(sums(record), state_text(record), record.job)}"
        yield from refused_lines(record)


def refused_lines(record: AccountRecord) -> Iterator[str]:
    """Yield a line for each aggregate with rows that a sink cannot hold, or whose number is not known."""
    from tally.serving.account_refused import refused_rows  # noqa: PLC0415

    for one in refused_rows(record):
        name = shown_name(one.aggregate)
        if one.refused is None:
            yield f"{name}: refused rows are not counted"
        elif one.refused:
            rows = f"{one.refused:,} of {count(one.rows or 0, 'result row')}"
            yield f"{name}: refused {rows}, which a sink cannot hold; see `tally dead {name} --refused`"


def equation(one: Sum) -> str:
    """Return ``read 1,010 = dead 5 + filtered 15 + late 12 + counted 978``; with several windows a row, two."""
    dead = None if one.dead is None else sum(one.dead.values())
    ahead = [("dead", dead), *([("skipped", one.skipped)] if one.skipped != 0 else [])]
    ahead.append(("filtered", one.filtered))
    behind = [("late", one.late), ("counted", one.counted)]
    lost = "" if one.lost == 0 else f", lost {figure(one.lost)}"
    if not one.windowed:
        return _equals(f"read {figure(one.read)}", one.read, [*ahead, *behind]) + lost
    rows = _equals(f"read {figure(one.read)}", one.read, [*ahead, ("entered", one.entered)])
    rows_in = "row in" if one.entered == 1 else "rows in"
    pairs = f"{figure(one.entered)} {rows_in} {figure(one.pairs)} windows"
    return f"{rows}, {_equals(pairs, one.pairs, behind)}{lost}"


def state_text(record: AccountRecord) -> str:
    """Return of which moment an account is."""
    time = _time(record.time)
    return f"the end of a run, {time}" if record.final else f"checkpoint {record.checkpoint} of {time}"


def figure(number: int | None) -> str:
    """Return a number for people; ``?`` where it is not known."""
    return UNKNOWN if number is None else f"{number:,}"


def shown_name(text: str) -> str:
    """Return a name that somebody else wrote, so that it harms no terminal."""
    return printable(text.encode(), None)


def _equals(what: str, whole: int | None, parts: list[tuple[str, int | None]]) -> str:
    known = [number for _, number in parts if number is not None]
    differs = whole is not None and len(known) == len(parts) and sum(known) != whole
    shown = " + ".join(f"{name} {figure(number)}" for name, number in parts)
    return f"{what} {'!=' if differs else '='} {shown}"


def _verdict(one: Sum) -> str:
    if one.comes_out:
        return "comes out"
    return f"does not come out: {shown_name('; '.join(complaint.text for complaint in one.complaints))}"


def _in_short(found: tuple[Sum, ...], state: str, job: str) -> str:
    wrong = sum(not one.comes_out for one in found)
    look = f"; see `tally account {shown_name(job)}`"
    if not found:
        return f"no aggregate takes in rows of a source, {state}"
    if len(found) == 1:
        return f"{equation(found[0])}, {state}: {'does not come out' + look if wrong else 'comes out'}"
    if wrong:
        return f"{wrong} of {len(found)} sums, {state}: {'does' if wrong == 1 else 'do'} not come out{look}"
    return f"{len(found)} sums, {state}: all come out"


def _time(milliseconds: int) -> str:
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, timezone.utc)
    except (OverflowError, ValueError, OSError):  # the year is none of 1 to 9999
        return f"{milliseconds} ms"
    return moment.strftime("%Y-%m-%d %H:%M:%S")
