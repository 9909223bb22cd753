"""Numbers that are equal, or none: -0.0 is 0.0 wherever it is a key, and NaN and the infinities are told from null."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tally.serving.values import rows_to_json
from tests.e2e.workbench import Record, Workbench

READINGS = """
CREATE TABLE readings (name STRING NOT NULL, x DOUBLE NOT NULL, y FLOAT, event_ms BIGINT NOT NULL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3), WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND)
WITH ('connector' = 'kafka', 'topic' = '${T}-readings', 'format' = 'json');
"""
IN_BATCHES = (
    "SET 'table.exec.mini-batch.enabled' = 'true';\nSET 'table.exec.mini-batch.allow-latency' = '1 s';\n"
    "SET 'table.exec.mini-batch.size' = '100';\n"
)
ONE_BY_ONE = "SET 'table.exec.mini-batch.enabled' = 'false';\n"
QUERIES = {
    "grouped": ("x", "SELECT x, COUNT(*) AS n FROM readings GROUP BY x"),
    "counted": (
        "name",
        "SELECT name, COUNT(DISTINCT x) AS n, COUNT(DISTINCT y) AS m FROM readings GROUP BY name",
    ),
    "joined": (
        "x",
        "SELECT a.x, a.n, b.m FROM (SELECT x, COUNT(*) AS n FROM readings WHERE name = 'a' GROUP BY x) AS a "
        "JOIN (SELECT x, COUNT(*) AS m FROM readings WHERE name = 'b' GROUP BY x) AS b ON a.x = b.x",
    ),
    "latest": (
        "x",
        "SELECT x, event_ms FROM (SELECT x, event_ms, ROW_NUMBER() OVER (PARTITION BY x ORDER BY event_ms DESC) AS r "
        "FROM readings) WHERE r = 1",
    ),
    "windowed": (
        "x, window_end",
        "SELECT x, window_end, COUNT(*) AS n, COUNT(DISTINCT y) AS m\n"
        "FROM TUMBLE(TABLE readings, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)\n"
        "GROUP BY x, window_start, window_end",
    ),
}
NO_NUMBERS = """
CREATE MATERIALIZED TABLE no_numbers (PRIMARY KEY (name) NOT ENFORCED)
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = '${T}-no-numbers') AS
SELECT name, LN(MAX(x)) AS low, -LN(MAX(x)) AS high, LN(MAX(x)) - LN(MAX(x)) AS neither, MAX(y) AS missing
FROM readings WHERE name = 'c' GROUP BY name;
"""


def aggregates(prefix: str, options: str) -> str:
    return options + "".join(
        f"CREATE MATERIALIZED TABLE {prefix}_{name} (PRIMARY KEY ({key}) NOT ENFORCED) AS\n{query};\n"
        for name, (key, query) in QUERIES.items()
    )


def measure(second: int, name: str, x: str, y: str) -> Record:
    return name, f'{{"name": "{name}", "x": {x}, "y": {y}, "event_ms": {second * 1000}}}', None


@pytest.fixture
def measured(bench: Workbench) -> Workbench:
    """A bounded run over zeros of both signs."""
    files = {
        "sql/sources/readings.sql": READINGS,
        "sql/aggregates/batches.sql": aggregates("batches", IN_BATCHES),
        "sql/aggregates/single.sql": aggregates("single", ONE_BY_ONE),
        "sql/aggregates/no_numbers.sql": NO_NUMBERS,
    }
    bench.write(files)
    topic = bench.topic("readings")
    zeros = [("a", "0.0", "-0.0"), ("b", "-0.0", "0.0"), ("a", "-0.0", "-0.0"), ("a", "1.5", "0.0")]
    bench.produce(topic, [measure(second, *one) for second, one in enumerate(zeros)])
    bench.produce(topic, [measure(4, "c", "0.0", "null")])
    bench.run(bounded=True)
    return bench


def rows(bench: Workbench, table: str, columns: str) -> list[tuple[Any, ...]]:
    found = bench.rows(table, columns)
    assert not any(str(value) == "-0.0" for row in found for value in row)
    return found


def test_numbers(measured: Workbench) -> None:
    for job in ("batches", "single"):
        assert rows(measured, f"{job}_grouped", "x, n") == [(0.0, 4), (1.5, 1)]
        assert rows(measured, f"{job}_counted", "name, n, m") == [("a", 2, 1), ("b", 1, 1), ("c", 1, 0)]
        assert rows(measured, f"{job}_joined", "x, n, m") == [(0.0, 2, 1)]
        assert rows(measured, f"{job}_latest", "x, event_ms") == [(0.0, 4000), (1.5, 3000)]
        assert rows(measured, f"{job}_windowed", "x, n, m") == [(0.0, 4, 1), (1.5, 1, 1)]

    served = {"low": "-Infinity", "high": "Infinity", "neither": "NaN", "missing": None}
    assert measured.last_values(f"{measured.prefix}-no-numbers") == {("c",): {"name": "c", **served}}
    shown = rows_to_json(list(served), measured.rows("no_numbers", ", ".join(served)))
    assert json.loads(shown) == [served]
