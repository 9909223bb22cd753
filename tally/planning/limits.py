"""What Flink's operators cannot do, as Flink says it when a plan becomes a graph, made one line and a hint."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

Advice = tuple[str, str | None]

_MULTIPLE = re.compile(
    r"(HOP|CUMULATE) table function based aggregate requires (\w+) must be an integral multiple of (\w+), "
    r"but got \w+ (\d+) ms and \w+ (\d+) ms"
)
_UNITS = ((86_400_000, "DAY"), (3_600_000, "HOUR"), (60_000, "MINUTE"), (1_000, "SECOND"))


def limit(reason: str) -> Advice | None:
    """Return what is wrong and what to write, where ``reason`` is a limit of Flink's that is known."""
    for pattern, advice in _LIMITS:
        if found := pattern.search(reason):
            return advice(found)
    return None


def _of_multiple(found: re.Match[str]) -> Advice:
    window, size, step = found[1], int(found[4]), int(found[5])
    name = "slide" if window == "HOP" else "step"
    said = f"{window} of {_interval(size)} by {_interval(step)}: the size must be a multiple of the {name}"
    return said, f"choose a {name} that divides the size, such as {_interval(math.gcd(size, step))}"


def _interval(milliseconds: int) -> str:
    """Return a width of time as SQL, in the largest unit that it is a whole number of."""
    for width, unit in _UNITS:
        if milliseconds % width == 0:
            return f"INTERVAL '{milliseconds // width}' {unit}"
    seconds, rest = divmod(milliseconds, 1_000)
    return f"INTERVAL '{seconds}.{rest:03}' SECOND"


def _said(said: str, hint: str) -> Callable[[re.Match[str]], Advice]:
    return lambda _found: (said, hint)


_LIMITS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Advice]], ...] = (
    (_MULTIPLE, _of_multiple),
    (
        re.compile(r"Non-time attribute sort is not supported for bounded OVER window"),
        _said(
            "OVER (... ROWS or RANGE BETWEEN n PRECEDING ...) takes rows in the order of event time only",
            "write ORDER BY with the event time of the source, as it is: no cast, no other column",
        ),
    ),
)
