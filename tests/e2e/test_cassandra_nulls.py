"""What nulls become in a real Cassandra: tombstones where they must, by the server's own count, and none elsewhere."""

from __future__ import annotations

import re

from tally.serving.cassandra import connect
from tally.settings import CassandraSettings
from tests.e2e.workbench import Workbench

ORDERS = """
CREATE TABLE orders (
  id BIGINT NOT NULL,
  discount BIGINT,
  note STRING,
  event_ms BIGINT NOT NULL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND
) WITH ('connector' = 'kafka', 'topic' = '${T}-%s', 'format' = 'json');
"""
BY_ID = """
CREATE TABLE %(table)s (id BIGINT NOT NULL, discount BIGINT, note STRING, PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'cassandra', 'contact-points' = '${TALLY_CASSANDRA_CONTACT_POINTS}',
  'keyspace' = '${TALLY_CASSANDRA_KEYSPACE}', 'table' = '%(table)s', 'sink.null-handling' = '%(nulls)s');
INSERT INTO %(table)s SELECT id, MAX(discount), MAX(note) FROM orders GROUP BY id;
"""
MINUTES = """
-- What was the highest discount of each minute, and how many orders came?
CREATE MATERIALIZED TABLE minutes (PRIMARY KEY (window_start) NOT ENFORCED)
AS SELECT window_start, MAX(discount) AS discount, COUNT(*) AS orders
FROM TUMBLE(TABLE orders, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)
GROUP BY window_start, window_end;
"""
COUNTED = re.compile(r"Read (\d+) live rows and (\d+) tombstone")
Order = tuple[int, int | None, str | None, int]


def produce(bench: Workbench, topic: str, orders: list[Order]) -> None:
    names = ("id", "discount", "note", "event_ms")
    full = bench.topic(topic)
    bench.produce(full, [(None, dict(zip(names, order, strict=True)), None) for order in orders])


def live_and_tombstones(bench: Workbench, table: str) -> tuple[int, int]:
    """Read a whole table; return the rows and tombstones that the server says it came across."""
    with connect(str(bench.stack.addresses().cassandra), CassandraSettings()) as session:
        found = session.execute(f"SELECT * FROM {bench.prefix}.{table}", trace=True)
        events = [event.description for event in found.get_query_trace(30).events]
    counts = [(int(m[1]), int(m[2])) for event in events if (m := COUNTED.search(event))]
    assert counts, events
    return sum(live for live, _ in counts), sum(dead for _, dead in counts)


def test_rows_that_are_written_once_leave_no_tombstones(bench: Workbench) -> None:
    files = {
        f"sql/aggregates/{nulls}.sql": BY_ID % {"table": nulls, "nulls": nulls}
        for nulls in ("write", "unset")
    }
    bench.write({"sql/sources/orders.sql": ORDERS % "orders", **files})
    with connect(str(bench.stack.addresses().cassandra), CassandraSettings()) as session:
        replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}"
        session.execute(f"CREATE KEYSPACE {bench.prefix} WITH replication = {replication}")
        for table in ("write", "unset"):
            session.execute(
                f"CREATE TABLE {bench.prefix}.{table} (id bigint PRIMARY KEY, discount bigint, note text)"
            )
    orders: list[Order] = [
        (one, one if one % 2 else None, f"n{one}" if one % 5 else None, one * 1000) for one in range(100)
    ]
    produce(bench, "orders", orders)

    bench.run(bounded=True)

    rows = [(one, discount, note) for one, discount, note, _ in orders]
    assert bench.rows("write", "id, discount, note") == bench.rows("unset", "id, discount, note") == rows
    assert live_and_tombstones(bench, "unset") == (100, 0)
    # The server does count them: half of the discounts, a fifth of the notes.
    assert live_and_tombstones(bench, "write") == (100, 50 + 20)


def test_a_window_that_is_computed_again_reads_null_where_its_value_is_gone(bench: Workbench) -> None:
    bench.write({"sql/sources/orders.sql": ORDERS % "orders", "sql/aggregates/minutes.sql": MINUTES})
    produce(bench, "orders", [(1, 5, None, 1_000), (2, None, None, 2_000), (3, 7, None, 61_000)])
    bench.run(bounded=True)
    assert bench.rows("minutes", "discount, orders") == [(5, 2), (7, 1)]

    bench.write({"sql/sources/orders.sql": ORDERS % "corrected"})
    produce(bench, "corrected", [(1, None, None, 1_000), (2, None, None, 2_000), (3, 8, None, 61_000)])
    bench.run(bounded=True)

    assert sorted(bench.rows("minutes", "orders, discount")) == [(1, 8), (2, None)]
