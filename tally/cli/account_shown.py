"""Accounts as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tally.cli.account_lines import figure, refused_lines, shown_name, state_text

if TYPE_CHECKING:
    from tally.serving.account_record import AccountRecord
    from tally.serving.account_sums import Sum

_LOST = {
    "retention": "removed by retention",
    "recreated": "the topic was made anew, so how many is not known",
    "truncated": "the log was cut, so how many is not known",
}
_LEFT = 1  # columns of names; the others hold numbers


def show_text(records: Sequence[AccountRecord]) -> Iterator[str]:
    """Yield lines: of each job its state, its sources, and a table of its sums with what is wrong below each."""
    for number, record in enumerate(records):
        if number:
            yield ""
        bound = "bounded" if record.bounded else "unbounded"
        yield f"{shown_name(record.job)}: {state_text(record)}, {bound}"
        for source in record.sources:
            yield from _source(record, source.source)
        yield from _sums(record)
        yield from (f"  {line}" for line in refused_lines(record))


def _source(record: AccountRecord, name: str) -> Iterator[str]:
    from tally.serving.account_meters import NoMeter, source_figures  # noqa: PLC0415

    try:
        figures = source_figures(record, name)
    except NoMeter:
        yield f"  source '{shown_name(name)}': not counted"
        return
    read, dead = sum(figures.read.values()), sum(figures.dead.values())
    yield f"  source '{shown_name(name)}': read {read:,}, dead {dead:,}, skipped {figures.skipped:,}"
    if figures.read:
        yield f"    read by partition: {_items(figures.read, ': ')}"
    if figures.dead:
        yield f"    dead by reason: {_items(figures.dead, ' ')}"
    for cause, of in figures.lost.items():
        numbers = _items(of, ": ") if cause == "retention" else ", ".join(map(shown_name, of))
        yield f"    lost, {_LOST.get(cause, shown_name(cause))}: partition {numbers}"


def _items(counts: Mapping[str, int], separator: str) -> str:
    return ", ".join(
        f"{shown_name(name or 'unknown')}{separator}{number:,}" for name, number in counts.items()
    )


def _sums(record: AccountRecord) -> Iterator[str]:
    from tally.serving.account_sums import sums  # noqa: PLC0415

    found = sums(record)
    if not found:
        yield "  no aggregate takes in rows of a source"
        return
    names = _names(found)
    rows = [{"aggregate": name, **_cells(one)} for name, one in zip(names, found, strict=True)]
    titles = [title for title in rows[0] if any(row[title] for row in rows)]
    header, *lines = _aligned([titles, *([row[title] for title in titles] for row in rows)])
    yield f"  {header}"
    for line, one in zip(lines, found, strict=True):
        yield f"  {line}  {'comes out' if one.comes_out else 'does not come out'}"
        yield from (f"    {shown_name(complaint.text)}" for complaint in one.complaints)


def _cells(one: Sum) -> dict[str, str]:
    """Return the figures of a sum by title; a column is left out where it is empty in all rows."""
    dead = None if one.dead is None else sum(one.dead.values())
    return {
        "read": figure(one.read),
        "dead": figure(dead),
        "skipped": "" if one.skipped == 0 else figure(one.skipped),
        "filtered": figure(one.filtered),
        "rows in windows": f"{figure(one.entered)} in {figure(one.pairs)}" if one.windowed else "",
        "late": figure(one.late),
        "counted": figure(one.counted),
        "lost": "" if one.lost == 0 else figure(one.lost),
    }


def _names(found: Sequence[Sum]) -> list[str]:
    """Return what each sum is of; with the place, where an aggregate has several."""
    from tally.serving.account_sums import name_of  # noqa: PLC0415

    times = Counter(name_of(one) for one in found)
    return [
        shown_name(name_of(one) if times[name_of(one)] == 1 else f"{name_of(one)} ({one.account.place})")
        for one in found
    ]


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        left = [cell.ljust(width) for cell, width in zip(row[:_LEFT], widths, strict=False)]
        right = [cell.rjust(width) for cell, width in zip(row[_LEFT:], widths[_LEFT:], strict=True)]
        yield "  ".join([*left, *right])
