"""A temporal join against a table of versions that is quiet, or empty: time goes on there by the clock, too."""

from __future__ import annotations

from cassandra import InvalidRequest

from tests.e2e.test_clock import now, until
from tests.e2e.workbench import Workbench

ORDERS = """
CREATE TABLE orders (cur STRING NOT NULL, ms BIGINT NOT NULL, et AS TO_TIMESTAMP_LTZ(ms, 3),
  WATERMARK FOR et AS et - INTERVAL '1' SECOND)
WITH ('connector' = 'kafka', 'topic' = '${T}-orders', 'format' = 'json');
"""
RATES = """
CREATE TABLE %(name)s (cur STRING NOT NULL, rate INT, ms BIGINT NOT NULL, et AS TO_TIMESTAMP_LTZ(ms, 3),
  WATERMARK FOR et AS et - INTERVAL '1' SECOND, PRIMARY KEY (cur) NOT ENFORCED)
WITH ('connector' = 'upsert-kafka', 'topic' = '${T}-%(name)s', 'key.format' = 'json', 'value.format' = 'json',
  'event-time.clock-delay' = '2 s');
"""
CONVERTED = """
CREATE MATERIALIZED TABLE by_%(name)s (PRIMARY KEY (cur) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT o.cur AS cur, COUNT(*) AS n, MAX(r.rate) AS rate
FROM orders o LEFT JOIN %(name)s FOR SYSTEM_TIME AS OF o.et AS r ON o.cur = r.cur GROUP BY o.cur;
"""


def rows(bench: Workbench, table: str) -> list[tuple[object, ...]]:
    try:
        return bench.rows(table, "cur, n, rate")
    except InvalidRequest:
        return []  # the table is not there yet


def test_a_quiet_table_of_versions_holds_no_join(bench: Workbench) -> None:
    for name in ("rates", "unrated"):
        sql = {f"sql/sources/{name}.sql": RATES, f"sql/aggregates/by_{name}.sql": CONVERTED}
        bench.write({file: text % {"name": name} for file, text in sql.items()})
        bench.topic(name)
    bench.write({"sql/sources/orders.sql": ORDERS})
    began = now()
    version = {"cur": "eur", "rate": 2, "ms": began - 12_000}
    bench.produce(f"{bench.prefix}-rates", [('{"cur": "eur"}', version, None)])
    orders = [{"cur": "eur", "ms": began - 8_000 + one} for one in range(10)]
    bench.produce(bench.topic("orders"), [(None, order, None) for order in orders])

    bench.run(until=until(lambda: bool(rows(bench, "by_rates") and rows(bench, "by_unrated"))))

    assert rows(bench, "by_rates") == [("eur", 10, 2)]
    assert rows(bench, "by_unrated") == [("eur", 10, None)]
