"""STDDEV_* and VAR_* of events, of rows that change and in windows, against Python's exact fractions."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from tests.e2e.workbench import Workbench

START = 1_700_000_000_000 // 600_000 * 600_000
EVENTS = """
CREATE TABLE events (
  region STRING NOT NULL, device STRING NOT NULL, v DOUBLE, price DECIMAL(12, 2), event_ms BIGINT NOT NULL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3), WATERMARK FOR event_time AS event_time - INTERVAL '1' MINUTE
) WITH ('connector' = 'kafka', 'topic' = '${T}-events', 'format' = 'json');
"""
FIGURES = """VAR_POP(v) AS vp, VAR_SAMP(v) AS vs, STDDEV_POP(v) AS sp, STDDEV_SAMP(v) AS ss,
  VAR_POP(DISTINCT v) AS distinct_v, VAR_POP(v) FILTER (WHERE price > 50) AS dear"""
AGGREGATES = f"""
CREATE MATERIALIZED TABLE totals (PRIMARY KEY (region) NOT ENFORCED) WITH ('sinks' = 'cassandra') AS
SELECT region, {FIGURES} FROM events GROUP BY region;

CREATE MATERIALIZED TABLE devices_now (PRIMARY KEY (region) NOT ENFORCED) WITH ('sinks' = 'cassandra') AS
SELECT region, {FIGURES}
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY device ORDER BY event_time DESC) AS place FROM events)
WHERE place = 1
GROUP BY region;

CREATE MATERIALIZED TABLE minutes (PRIMARY KEY (region, window_end) NOT ENFORCED) WITH ('sinks' = 'cassandra') AS
SELECT region, window_end, {FIGURES}
FROM TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '10' MINUTE)
GROUP BY region, window_start, window_end;

CREATE MATERIALIZED TABLE decimals (PRIMARY KEY (region) NOT ENFORCED) WITH ('sinks' = 'cassandra') AS
SELECT region, CAST(VAR_POP(price) AS DOUBLE) AS vp FROM events GROUP BY region;
"""
Event = dict[str, Any]


def drawn(number: int) -> list[Event]:
    """Draw events in order of their time; a device changes its region."""
    chance = Random(20)
    return [
        {
            "region": f"r{chance.randrange(3)}",
            "device": f"d{chance.randrange(40)}",
            "v": None if chance.random() < 0.1 else 1e6 + chance.choice([chance.random(), 0.25, 0.5]),
            "price": round(chance.random() * 100, 2),
            "event_ms": START + 1_000 * one,
        }
        for one in range(number)
    ]


def variances(values: Iterable[float]) -> tuple[float | None, ...]:
    """Return population and sample variance, and the deviations that are their roots."""
    exact = [Fraction(value) for value in values]
    if not exact:
        return None, None, None, None
    mean = sum(exact) / len(exact)
    total = sum((value - mean) ** 2 for value in exact)
    both = [float(total / of) if of else None for of in (len(exact), len(exact) - 1)]
    return (*both, *(None if one is None else math.sqrt(one) for one in both))


def figures(events: list[Event]) -> tuple[float | None, ...]:
    """Return what FIGURES asks of some events."""
    known = [event for event in events if event["v"] is not None]
    values = [event["v"] for event in known]
    dear = [event["v"] for event in known if event["price"] > 50]
    return (*variances(values), variances(set(values))[0], variances(dear)[0])


def grouped(events: Iterable[Event], key: Any) -> Mapping[Any, list[Event]]:
    groups: dict[Any, list[Event]] = defaultdict(list)
    for event in events:
        groups[key(event)].append(event)
    return groups


def test_deviations_are_those_of_exact_arithmetic(bench: Workbench) -> None:
    bench.write({"sql/sources/events.sql": EVENTS, "sql/aggregates/spread.sql": AGGREGATES})
    events = drawn(3_000)
    bench.topic("events")
    bench.produce(f"{bench.prefix}-events", ((None, event, event["event_ms"]) for event in events))
    bench.run(bounded=True)

    columns = "vp, vs, sp, ss, distinct_v, dear"
    by_region = grouped(events, lambda event: event["region"])
    last = {event["device"]: event for event in events}
    now = grouped(last.values(), lambda event: event["region"])
    windows = grouped(events, lambda event: (event["region"], event["event_ms"] // 600_000))
    for table, groups in {"totals": by_region, "devices_now": now}.items():
        served = {region: found for region, *found in bench.rows(table, f"region, {columns}")}
        assert served.keys() == groups.keys()
        for region, found in served.items():
            assert found == pytest.approx(figures(groups[region]), rel=1e-9)
    served = [found for *_, found in grouped_rows(bench.rows("minutes", f"region, window_end, {columns}"))]
    wanted = [figures(windows[place]) for place in sorted(windows)]
    assert len(served) == len(wanted)
    for found, figure in zip(served, wanted, strict=True):
        assert found == pytest.approx(figure, rel=1e-9)
    for region, found in bench.rows("decimals", "region, vp"):
        assert found == pytest.approx(variances(e["price"] for e in by_region[region])[0], rel=1e-9)


def grouped_rows(rows: list[tuple[Any, ...]]) -> list[tuple[Any, Any, tuple[Any, ...]]]:
    return sorted((region, end, tuple(found)) for region, end, *found in rows)
