"""What Flink's operators cannot do, as Flink says it when a plan becomes a graph, made one line and a hint."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import timedelta

from tally.planning.durations import interval

Advice = tuple[str, str | None]

_MULTIPLE = re.compile(
    r"(HOP|CUMULATE) table function based aggregate requires (\w+) must be an integral multiple of (\w+), "
    r"but got \w+ (\d+) ms and \w+ (\d+) ms"
)


def limit(reason: str) -> Advice | None:
    """Return what is wrong and what to write, where ``reason`` is a limit of Flink's that is known."""
    for pattern, advice in _LIMITS:
        if found := pattern.search(reason):
            return advice(found)
    return None


def _of_multiple(found: re.Match[str]) -> Advice:
    window, size, step = found[1], int(found[4]), int(found[5])
    common = math.gcd(size, step)
    name = "slide" if window == "HOP" else "step"
    said = f"{window} of {_written(size)} by {_written(step)}: the size must be a multiple of the {name}"
    return said, f"choose a {name} that divides the size, such as {_written(common)}"


def _written(milliseconds: int) -> str:
    return interval(timedelta(milliseconds=milliseconds))


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
