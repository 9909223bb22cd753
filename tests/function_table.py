"""The tables of docs/functions.md: what each function becomes in an aggregate, which tests plan and run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PAGE = Path("docs/functions.md")
EVENTS = """
CREATE TABLE events (
  k STRING NOT NULL, x STRING, y STRING, n DOUBLE, m DOUBLE, b BOOLEAN, a ARRAY<STRING>, t TIMESTAMP(3),
  u TIMESTAMP(3), i INT, ts BIGINT NOT NULL, event_time AS TO_TIMESTAMP_LTZ(ts, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND
) WITH ('connector' = 'kafka', 'topic' = '${T:-t}-events', 'format' = 'json');
"""
_TIMES = "TABLE events, DESCRIPTOR(event_time)"
_LATEST = (
    "(SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY y ORDER BY event_time DESC) AS place FROM events) "
    "WHERE place = 1)"
)
PLACES: Mapping[str, str] = {
    "rows": "events",
    "changing": _LATEST,
    "TUMBLE": f"TUMBLE({_TIMES}, INTERVAL '5' MINUTE)",
    "HOP": f"HOP({_TIMES}, INTERVAL '5' MINUTE, INTERVAL '10' MINUTE)",
    "CUMULATE": f"CUMULATE({_TIMES}, INTERVAL '5' MINUTE, INTERVAL '10' MINUTE)",
    "SESSION": "SESSION(TABLE events PARTITION BY k, DESCRIPTOR(event_time), INTERVAL '5' MINUTE)",
}
"""Where an aggregate function may be called: the columns of the table, and what FROM takes."""


@dataclass(frozen=True)
class Line:
    """A line of a table: the function, an example, and whether it works in each place."""

    function: str
    example: str
    works: Mapping[str, bool]


def lines() -> list[Line]:
    """Return the lines of all tables that have examples."""
    return list(_lines(PAGE.read_text("utf-8")))


def _lines(text: str) -> Iterator[Line]:
    head: list[str] = []
    for written in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", written)[1:-1]]
        if not cells:
            head = []
        elif not head:
            head = cells
        elif head[:2] == ["function", "example"] and not cells[0].startswith("---"):
            function, example, *works = (cell.replace("\\|", "|").strip("`") for cell in cells)
            yield Line(function, example, dict(zip(head[2:], (cell == "yes" for cell in works), strict=True)))


def named() -> set[str]:
    """Return all names of functions on the page."""
    text = re.sub(r"^```.*?^```", "", PAGE.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    names = re.findall(r"`([^`]+)`", text)
    return {name.replace("\\|", "|") for name in names}


def aggregate(name: str, place: str, examples: list[str]) -> str:
    """Return an aggregate of some calls in a place."""
    columns = ", ".join(f"{example} AS v{number}" for number, example in enumerate(examples))
    key = "k" if place in {"rows", "changing"} else "k, window_end"
    group = key if key == "k" else "k, window_start, window_end"
    return (
        f"CREATE MATERIALIZED TABLE {name} (PRIMARY KEY ({key}) NOT ENFORCED) WITH ('arithmetic' = 'flink') AS\n"
        f"SELECT {key}, {columns} FROM {PLACES[place]} GROUP BY {group};\n"
    )
