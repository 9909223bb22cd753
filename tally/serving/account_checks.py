"""What must hold of an account: each check that does not is a complaint with both of its figures, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tally.serving.account_figures import Figures
from tally.serving.account_meters import NoMeter


@dataclass(frozen=True)
class Complaint:
    """A check that does not hold.

    Attributes:
        check: its name.
        expected: the one figure.
        found: the other one, which should be the same.
        text: what is wrong, in words.
    """

    check: str
    expected: int
    found: int
    text: str


def complaints(figures: Figures) -> tuple[Complaint, ...]:
    """Return what does not hold of an account, in the way of its rows.

    A check on a meter that is not there is not made: that the meter is missing is the complaint. That rows do not sum
    up is said where no check of a part of their way says it already.
    """
    ahead = [*_meters(figures), *_made(_entered, figures), *_made(_gated, figures)]
    inside = [one for check in (_let_in, _closed, _counted) for one in _made(check, figures)]
    behind = [*_made(_open_at_end, figures), *_made(_lost, figures)]
    return (*ahead, *(inside or _made(_sum, figures)), *behind)


def _made(check: Callable[[Figures], Iterator[Complaint]], figures: Figures) -> list[Complaint]:
    try:
        return list(check(figures))
    except NoMeter:
        return []


def _meters(figures: Figures) -> Iterator[Complaint]:
    for name, what in _named(figures):
        meter = figures.record.meters.get(name) if name is not None else None
        if meter is None:
            place = f"the record has no meter '{name}'" if name else "the record does not list the source"
            yield Complaint("meter-missing", 1, 0, f"{what} are not counted: {place}")
        elif meter.subtasks != meter.of:
            said = f"{meter.subtasks:,} of {meter.of:,} subtasks said how many (meter '{name}')"
            yield Complaint("subtasks", meter.of, meter.subtasks, f"{what} are not known: {said}")


def _named(figures: Figures) -> Iterator[tuple[str | None, str]]:
    """Yield each meter that the account names, with what it counts; None where the record does not list a source."""
    meters = {one.source: one.meter for one in figures.record.sources}
    account = figures.account
    for entering in account.sources:
        yield meters.get(entering.source), f"the records of source '{entering.source}'"
    yield account.entry, "the rows that came to the aggregate"
    for name, what in (
        (account.gate, "late rows"),
        (account.door, "the rows that went in"),
        (account.tap, "the rows in the result"),
    ):
        if name is not None:
            yield name, what


def _entered(figures: Figures) -> Iterator[Complaint]:
    good, entered = figures.good(), figures.entered()
    came = f"{entered:,} rows came to the aggregate"
    if entered > good:
        yield from _compared("entered", good, entered, f"the sources made {good:,} rows, {came}")
    elif not figures.account.filters:
        words = f"the sources made {good:,} rows and the query leaves none out, {came}"
        yield from _compared("filtered", good, entered, words)


def _gated(figures: Figures) -> Iterator[Complaint]:
    came, judged = figures.entered(), figures.gate_rows()
    words = f"{came:,} came to the aggregate, {judged:,} were judged to be late or not"
    yield from _compared("gated", came, judged, words)


def _let_in(figures: Figures) -> Iterator[Complaint]:
    admitted, went_in = figures.admitted(), figures.went_in()
    words = f"{admitted:,} were not late, {went_in:,} went in"
    yield from _compared("let-in", admitted, went_in, words, figures.windowed())


def _closed(figures: Figures) -> Iterator[Complaint]:
    if not (figures.account.tap and figures.account.closes):
        return
    went_in, put_out = figures.went_in(), figures.tapped()
    closed = went_in - figures.open()
    if figures.has_open():
        words = f"{went_in:,} went in, the closed windows counted {put_out:,} of {closed:,}"
    elif figures.record.final:
        words = f"{went_in:,} went in, all windows have closed and counted {put_out:,}"
    elif put_out > closed:  # what is still open is not known
        words = f"{went_in:,} went in, the closed windows counted {put_out:,}"
    else:
        return
    yield from _compared("closed", closed, put_out, words, figures.windowed())


def _counted(figures: Figures) -> Iterator[Complaint]:
    if figures.account.tap and not figures.account.closes:
        went_in, counted = figures.went_in(), figures.tapped()
        words = f"{went_in:,} went in, the aggregate counted {counted:,}"
        yield from _compared("counted", went_in, counted, words, figures.windowed())


def _sum(figures: Figures) -> Iterator[Complaint]:
    admitted, counted = figures.admitted(), figures.counted()
    words = f"{admitted:,} were not late, {counted:,} were counted"
    yield from _compared("sum", admitted, counted, words, figures.windowed())


def _open_at_end(figures: Figures) -> Iterator[Complaint]:
    left = figures.open()
    if figures.record.final and figures.account.tap and figures.account.closes and left:
        rows = f"{left:,} row is" if left == 1 else f"{left:,} rows are"
        yield Complaint("open-at-end", 0, left, f"{rows} in windows that the end of the run did not close")


def _lost(figures: Figures) -> Iterator[Complaint]:
    for name, source in figures.lost().items():
        causes = "; ".join(_cause(cause, of) for cause, of in source.lost.items())
        text = f"records of source '{name}' were lost before they were read: {causes}"
        yield Complaint("lost", 0, source.lost_offsets or 0, text)


def _cause(cause: str, of: Mapping[str, int]) -> str:
    places = f"partition{'s' * (len(of) > 1)} {', '.join(of)}"
    match cause:
        case "retention":
            number = sum(of.values())
            return f"retention removed {number:,} offset{'s' * (number != 1)}, so many records at most ({places})"
        case "recreated":
            return f"the topic was deleted and made anew, how many is not known ({places})"
        case _:
            return f"the log was cut, how many is not known ({places})"


def _compared(
    check: str, expected: int, found: int, words: str, windowed: bool = False
) -> Iterator[Complaint]:
    if expected == found:
        return
    number = abs(expected - found)
    rows = f"{number:,} row is" if number == 1 else f"{number:,} rows are"
    unit = ", counted by row and window" if windowed else ""
    text = f"{rows} {'missing' if found < expected else 'too many'}{unit}: {words}"
    yield Complaint(check, expected, found, text)
