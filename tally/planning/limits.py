"""What Flink's operators cannot do, as Flink says it when a plan becomes a graph, made one line and a hint."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import timedelta

from tally.planning.durations import interval
from tally.planning.elsewhere import in_flink
from tally.planning.plan import Plan

Advice = tuple[str, str | None]

_MULTIPLE = re.compile(
    r"(HOP|CUMULATE) table function based aggregate requires (\w+) must be an integral multiple of (\w+), "
    r"but got \w+ (\d+) ms and \w+ (\d+) ms"
)


SOURCE_WATERMARK: Advice = (
    "SOURCE_WATERMARK() is for the WATERMARK of a source alone",
    "write CURRENT_WATERMARK(event_time)",
)


def calls_source_watermark(plan: Plan) -> bool:
    """Tell whether a query calls SOURCE_WATERMARK(), which Flink plans and cannot compute."""
    return any(
        '"$SOURCE_WATERMARK$1"' in json.dumps([node.get("projection"), node.get("condition")])
        for node in plan.nodes
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


UNPLANNED = "the statement calls a function that Flink reads and does not have"


def _said(said: str, hint: str | None) -> Callable[[re.Match[str]], Advice]:
    return lambda _found: (said, hint)


_BY_HAND = "SELECT ... FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY ... ORDER BY ...) AS place FROM ...)"
_LIMITS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Advice]], ...] = (
    (_MULTIPLE, _of_multiple),
    (
        re.compile(r"^Index \d+ out of bounds for length 0$"),
        _said(
            "the arguments of a window function do not fit it",
            "write SESSION(TABLE events PARTITION BY k, DESCRIPTOR(event_time), INTERVAL '30' MINUTE); of START and "
            "END events, SESSIONS(...) makes sessions",
        ),
    ),
    (re.compile(r"^This should never be called"), _said(UNPLANNED, None)),
    (
        re.compile(r"Non-time attribute sort is not supported for bounded OVER window"),
        _said(
            "OVER (... ROWS or RANGE BETWEEN n PRECEDING ...) takes rows in the order of event time only",
            "write ORDER BY with the event time of the source, as it is: no cast, no other column",
        ),
    ),
    (
        re.compile(r"'merge' in class .* for function '(FIRST_VALUE|LAST_VALUE)"),
        lambda found: (
            f"{found[1]} does not work in windows of HOP, CUMULATE and SESSION, which Flink puts together of parts",
            f"take the row itself: {_BY_HAND} WHERE place = 1, with PARTITION BY ..., window_start, window_end",
        ),
    ),
    (
        re.compile(r"'merge' in class .* for function '(\w+)"),
        lambda found: (
            f"{found[1]} does not work in windows of HOP, CUMULATE and SESSION, which Flink puts together of parts",
            "write ARRAY_AGG(x), or FROM TUMBLE(...)",
        ),
    ),
    (
        re.compile(r"'accumulate' in class .* for function '(\w+)"),
        lambda found: (
            f"{found[1]} does not work with GROUP BY TUMBLE(...)",
            "write FROM TUMBLE(TABLE events, DESCRIPTOR(event_time), size) ... GROUP BY window_start, window_end",
        ),
    ),
    (
        re.compile(r"This function does not support retraction"),
        _said(
            "SUM(DISTINCT ...), LISTAGG(DISTINCT ...) and RANK() cannot take values back, which is needed here",
            "leave out what is double first: SELECT ... FROM (SELECT DISTINCT k, window_start, window_end, x FROM "
            "HOP(...)) GROUP BY k, window_start, window_end",
        ),
    ),
    (
        re.compile(r"This function does not support merge"),
        _said(
            "RANK(), DENSE_RANK() and ROW_NUMBER() are no aggregate functions",
            f"write {_BY_HAND} WHERE place <= 3",
        ),
    ),
    (
        re.compile(
            r"Distinct aggregate function does not support type: ROW|only support the count of one field"
        ),
        _said(
            "an aggregate function takes one column here, and no ROW",
            "put the columns into one text: COUNT(DISTINCT x || '/' || y)",
        ),
    ),
    (
        re.compile(r"(\w+) aggregate function does not support yet for streaming"),
        lambda found: (f"{found[1]} does not work on streams", in_flink(found[1])),
    ),
    (
        re.compile(r"Unsupported Function: '(\w+)'"),
        lambda found: (f"{found[1]} is no function of Flink's", in_flink(found[1])),
    ),
    (
        re.compile(r"(column '.*' is MULTISET<.*>, which Cassandra cannot store)"),
        lambda found: (found[1], "write ARRAY_AGG(x) or ARRAY_AGG(DISTINCT x) for COLLECT(x)"),
    ),
    (
        re.compile(r"(NTILE|CUME_DIST|PERCENT_RANK) Function is not supported in stream mode"),
        lambda found: (f"{found[1]} does not work on streams", None),
    ),
    (
        re.compile(r"LAG Function with retraction is not supported in stream mode"),
        _said(
            "LAG does not work over rows that change",
            "look back in the events themselves, before rows change",
        ),
    ),
    (
        re.compile(r"(LEAD|LAG) Function is not supported in stream mode"),
        lambda found: (
            f"{found[1]} does not work on streams as an aggregate",
            "look back instead: LAG(n) OVER (PARTITION BY k ORDER BY event_time)",
        ),
    ),
    (
        re.compile(r"'LISTAGG' must not contain a WITHIN GROUP clause"),
        _said(
            "LISTAGG takes values in the order in which they come",
            "leave WITHIN GROUP out; ARRAY_SORT(ARRAY_AGG(x)) is in order",
        ),
    ),
    (
        re.compile(r"timecol is a time attribute type, but is (.*?)\.?$"),
        lambda found: (
            f"a window function takes the event time of a source, not any {found[1]}",
            "name the column of the source's WATERMARK in DESCRIPTOR(...), and hand it on as it is: no cast",
        ),
    ),
    (
        re.compile(r"Windowed aggregate expression is illegal in WHERE clause"),
        _said("OVER (...) cannot be in WHERE", f"write it in a query below: {_BY_HAND} WHERE place = 1"),
    ),
    (
        re.compile(r"LogicalAggregate cannot be cast to class org.apache.calcite.rel.logical.LogicalProject"),
        _said("QUALIFY does not work behind GROUP BY", f"write {_BY_HAND} WHERE place = 1"),
    ),
    (
        re.compile(r"(Expression '.*' is not being grouped)"),
        lambda found: (found[1], "add it to GROUP BY as it is, or take one of its values: MAX(...)"),
    ),
)
