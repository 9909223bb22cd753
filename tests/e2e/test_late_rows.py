"""Rows that came after their window had closed go to the `.late` topic; with the counted ones they are all rows."""

from __future__ import annotations

from collections import Counter

import pytest

from tally.serving.late_summary import summarize_late
from tests.e2e.late_rows import MINUTE, Disordered, LateRow, late_rows
from tests.e2e.workbench import Workbench

# With a watermark for each event what is late does not hang on when events are read.
EVENTS = """
CREATE TABLE events (
  user_id STRING NOT NULL,
  event_ms BIGINT NOT NULL,
  p INT NOT NULL METADATA FROM 'partition' VIRTUAL,
  o BIGINT NOT NULL METADATA FROM 'offset' VIRTUAL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '20' SECOND
) WITH (
  'connector' = 'kafka', 'topic' = '${T}-events', 'format' = 'json', 'scan.watermark.emit.strategy' = 'on-event'%s
);
"""
IDENTITIES = "LISTAGG(CAST(p AS STRING) || '-' || CAST(o AS STRING)) AS events"
WINDOWED = """
CREATE MATERIALIZED TABLE {name} (PRIMARY KEY (user_id, window_start, window_end) NOT ENFORCED)
WITH ('sinks' = 'cassandra')
AS SELECT user_id, window_start, window_end, {identities}
FROM TABLE({window}) GROUP BY user_id, window_start, window_end;
"""
TUMBLING = "TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)"
HOPPING = "HOP(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE, INTERVAL '3' MINUTE)"
CUMULATING = "CUMULATE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE, INTERVAL '4' MINUTE)"
SESSIONS = "SESSION(TABLE events PARTITION BY user_id, DESCRIPTOR(event_time), INTERVAL '2' SECOND)"


def windowed(name: str, window: str) -> str:
    return WINDOWED.format(name=name, window=window, identities=IDENTITIES)


def shop(bench: Workbench, partitions: int, *files: str, options: str = "") -> str:
    bench.write({f"sql/aggregates/a{number}.sql": sql for number, sql in enumerate(files)})
    bench.write({"sql/sources/events.sql": EVENTS % options})
    return bench.topic("events", partitions)


def late(bench: Workbench, aggregate: str) -> list[LateRow]:
    found = late_rows(bench.kafka, f"{bench.prefix}-events.late")
    return [one for one in found if one.said["aggregate"] == aggregate]


def counted(bench: Workbench, aggregate: str) -> Counter[tuple[str, int, int]]:
    """Return each counted event with the window that it was counted in."""
    rows = bench.rows(aggregate, "window_start, window_end, events")
    return Counter(
        (event, _milliseconds(start), _milliseconds(end))
        for start, end, events in rows
        for event in events.split(",")
    )


def _milliseconds(moment: object) -> int:
    return round(moment.timestamp() * 1000)  # type: ignore[attr-defined]


def refused(bench: Workbench, aggregate: str) -> Counter[tuple[str, int, int]]:
    return Counter((one.identity, *one.window) for one in late(bench, aggregate))


@pytest.mark.parametrize("parallelism", [1, 2, 3])
def test_each_row_is_counted_or_late_in_each_of_its_windows(bench: Workbench, parallelism: int) -> None:
    bench.settings["TALLY_FLINK_PARALLELISM"] = str(parallelism)
    topic = shop(
        bench,
        4,
        windowed("minutes", TUMBLING),
        windowed("hops", HOPPING) + windowed("sums", CUMULATING),
    )
    load = Disordered(seed=parallelism, partitions=4)
    load.produce(bench.kafka, topic, 3_000)

    bench.run(bounded=True)

    expected = {
        "minutes": load.tumbling(MINUTE),
        "hops": load.hopping(MINUTE, 3 * MINUTE),
        "sums": load.cumulating(MINUTE, 4 * MINUTE),
    }
    for aggregate, pairs in expected.items():
        assert counted(bench, aggregate) + refused(bench, aggregate) == pairs
        assert len(refused(bench, aggregate)) > 20
    shown = summarize_late(bench.kafka, f"{topic}.late", "events", 1)
    assert {name: missed.rows for name, missed in shown.missed.items()} == {
        aggregate: refused(bench, aggregate).total() for aggregate in expected
    }
    assert (shown.foreign, shown.other_tables) == (0, {})
