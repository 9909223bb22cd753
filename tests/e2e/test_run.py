"""`tally run` on real Kafka and Cassandra: results, restarts, refusals."""

from __future__ import annotations

import json
import os
import struct
import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

import pytest
from cassandra import InvalidRequest
from confluent_kafka import Producer

from tally.running.checkpoints import JobFolder
from tally.running.errors import PlanChanged, RunsAlready, UndecodableRecord
from tally.running.following import Progress
from tally.serving.errors import (
    CassandraUnreachable,
    KafkaUnreachable,
    TableDiffers,
    TopicMissing,
    TopicNotCompacted,
)
from tests.e2e.outages import TALLY
from tests.e2e.workbench import Workbench

JSON = "'format' = 'json', 'json.lenient' = 'true'"
ORDERS = """
CREATE TABLE orders (
  customer STRING NOT NULL,
  amount DECIMAL(10, 2) NOT NULL,
  event_ms BIGINT NOT NULL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND
) WITH ('connector' = 'kafka', 'topic' = '${T}-orders', 'format' = 'json', 'json.lenient' = 'true');
"""

TOTALS = """
-- How much did each customer order?
CREATE MATERIALIZED TABLE totals (PRIMARY KEY (customer) NOT ENFORCED)
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = '${T}-totals')
AS SELECT customer, COUNT(*) AS orders, SUM(amount) AS amount FROM orders GROUP BY customer;
"""

MINUTES = """
-- How many orders came in each minute?
CREATE MATERIALIZED TABLE minutes (PRIMARY KEY (window_start) NOT ENFORCED)
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = '${T}-minutes')
AS SELECT window_start, COUNT(*) AS orders
FROM TUMBLE(TABLE orders, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)
GROUP BY window_start, window_end;
"""


def order(customer: str, amount: str, second: int) -> tuple[str, dict[str, object], None]:
    return customer, {"customer": customer, "amount": amount, "event_ms": second * 1000}, None


def read(rows: int) -> Callable[[Sequence[Progress]], bool]:
    """Until every job has read that many rows; the checkpoint of the stop then covers them."""
    return lambda progress: all(one.rows_in >= rows for one in progress)


def shop(bench: Workbench, *aggregates: str) -> str:
    files = {f"sql/aggregates/a{number}.sql": text for number, text in enumerate(aggregates)}
    bench.write({"sql/sources/orders.sql": ORDERS, **files})
    return bench.topic("orders")


def test_rows_of_a_transaction_that_was_aborted_never_were(bench: Workbench) -> None:
    topic = shop(bench, TOTALS.replace("'cassandra, kafka'", "'kafka'"))
    client = Producer({"bootstrap.servers": bench.kafka, "transactional.id": bench.prefix})
    client.init_transactions(30)
    for end in (client.abort_transaction, client.commit_transaction, client.abort_transaction):
        client.begin_transaction()
        client.produce(topic, json.dumps(order("ann", "1.50", 1)[1]))
        assert client.flush(30) == 0
        end(30)

    bench.run(bounded=True)

    assert bench.last_values(f"{bench.prefix}-totals") == {
        ("ann",): {"customer": "ann", "orders": 1, "amount": 1.5}
    }


def test_a_bounded_run_serves_every_row_and_closes_every_window(bench: Workbench) -> None:
    topic = shop(bench, TOTALS, MINUTES)
    orders = [("ann", "1.50", 1), ("bob", "2.00", 30), ("ann", "0.25", 59), ("bob", "7.00", 61)]
    bench.produce(topic, [order(*one) for one in orders])

    progress = bench.run(bounded=True)

    assert bench.rows("totals") == [("ann", Decimal("1.75"), 2), ("bob", Decimal("9.00"), 2)]
    assert [(row[1], row[2]) for row in bench.rows("minutes")] == [
        (datetime(1970, 1, 1, 0, 0), 3),
        (datetime(1970, 1, 1, 0, 1), 1),
    ]
    assert bench.last_values(f"{bench.prefix}-totals") == {
        ("ann",): {"customer": "ann", "orders": 2, "amount": 1.75},
        ("bob",): {"customer": "bob", "orders": 2, "amount": 9.00},
    }
    assert bench.last_values(f"{bench.prefix}-minutes") == {
        ("1970-01-01T00:00:00",): {"window_start": "1970-01-01T00:00:00", "orders": 3},
        ("1970-01-01T00:01:00",): {"window_start": "1970-01-01T00:01:00", "orders": 1},
    }
    assert [(one.aggregate, one.state, one.rows_in, one.late) for one in progress] == [
        ("totals", "FINISHED", 4, 0),
        ("minutes", "FINISHED", 4, 0),
    ]
    assert not (bench.root / ".tally" / "jobs").exists()


def test_late_rows_that_a_window_drops_are_counted(bench: Workbench) -> None:
    topic = shop(bench, MINUTES)
    on_time = [order("ann", "1.00", second) for second in range(0, 600, 10)]

    def late_ones_once_the_watermark_is_past(progress: Sequence[Progress]) -> bool:
        [one] = progress
        if one.event_time and one.event_time.timestamp() >= 580 and not fed:
            bench.produce(topic, [order("bob", "1.00", 5), order("bob", "1.00", 500)])
            fed.append(True)
        return one.rows_in == 62 and one.late > 0

    fed: list[bool] = []
    bench.produce(topic, on_time)
    [progress] = bench.run(until=late_ones_once_the_watermark_is_past)

    assert progress.late >= 1
    assert bench.rows("minutes", "orders")[0] == (6,)


def test_a_run_goes_on_from_its_checkpoint_until_its_plan_changes(bench: Workbench) -> None:
    topic = shop(bench, TOTALS)
    bench.produce(topic, [order("ann", "1.00", 1), order("bob", "5.00", 2)])
    bench.run(until=read(2))
    bench.produce(topic, [order("ann", "2.00", 3)])

    [progress] = bench.run(until=read(1))

    assert progress.rows_in == 1
    assert bench.rows("totals") == [("ann", Decimal("3.00"), 2), ("bob", Decimal("5.00"), 1)]

    bench.write({"sql/aggregates/a0.sql": TOTALS.replace("SUM(amount)", "MAX(amount)")})
    with pytest.raises(PlanChanged) as refused:
        bench.run(until=read(1))
    assert str(refused.value) == (
        "job 'a0' cannot go on from its last checkpoint: 'totals' changed since\n"
        "  totals was LocalGroupAggregate(groupBy=[customer], select=[customer, COUNT(*) AS count1$0, "
        "SUM(amount) AS sum$1]), is LocalGroupAggregate(groupBy=[customer], select=[customer, COUNT(*) AS count1$0, "
        "MAX(amount) AS max$1])\n"
        "hint: `tally run --fresh` counts from the beginning of the topics, or undo the change of totals"
    )
    assert bench.rows("totals") == [("ann", Decimal("3.00"), 2), ("bob", Decimal("5.00"), 1)]

    bench.run(fresh=True, until=read(3))
    assert bench.rows("totals") == [("ann", Decimal("2.00"), 2), ("bob", Decimal("5.00"), 1)]


def test_a_run_starts_the_jobs_that_it_can(bench: Workbench) -> None:
    bench.produce(shop(bench, TOTALS), [order("ann", "1.00", 1), order("bob", "5.00", 2)])
    unread = "CREATE MATERIALIZED TABLE c (PRIMARY KEY (k) NOT ENFORCED) AS SELECT 'k\n"
    bench.write(
        {"sql/aggregates/b0.sql": TOTALS.replace("totals", "others").replace("SUM(amount)", "SUM(amont)")}
    )
    bench.write({"sql/aggregates/c0.sql": unread})
    environ = {**os.environ, **bench.environ}
    done = subprocess.run(
        (*TALLY, "run", "--bounded"), cwd=bench.root, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    (bench.root / "sql/aggregates/c0.sql").unlink()
    assert bench.rows("totals") == [("ann", Decimal("1.00"), 1), ("bob", Decimal("5.00"), 1)]
    lines = done.stderr.splitlines()
    mistakes = [line for line in lines if line.startswith(("error:", "hint:"))]
    assert mistakes == [
        "error: sql/aggregates/c0.sql:1:70: unterminated string",
        "hint: close it with ', and write '' for a quote inside it",
        "error: sql/aggregates/b0.sql:5:45: Column 'amont' not found in any table",
        "hint: did you mean 'amount'?",
        "error: not run: sql/aggregates/c0.sql, sql/aggregates/b0.sql, as said above",
    ]
    # Where there is no terminal, progress comes line by line.
    assert any(line.startswith("totals: finished, rows in 2, ") for line in lines)


def test_fresh_clears_what_is_served_and_no_longer_counted(bench: Workbench) -> None:
    topic = shop(bench, TOTALS)
    bench.produce(topic, [order("ann", "1.00", 1), order("bob", "5.00", 2)])
    bench.run(until=read(2))
    without_bob = TOTALS.replace("FROM orders", "FROM orders WHERE customer <> 'bob'")
    bench.write({"sql/aggregates/a0.sql": without_bob})

    bench.run(fresh=True, until=read(2))

    assert bench.rows("totals") == [("ann", Decimal("1.00"), 1)]
    assert list(bench.last_values(f"{bench.prefix}-totals")) == [("ann",)]
    assert (b'{"customer":"bob"}', None) in bench.changes(f"{bench.prefix}-totals")


def test_an_undecodable_change_fails_the_job_and_is_named(bench: Workbench) -> None:
    """A message of a changelog format is any number of rows: a bad one has none to travel in as a dead letter."""
    topic = shop(bench, TOTALS)
    source = (bench.root / "sql/sources/orders.sql").read_text("utf-8")
    bench.write({"sql/sources/orders.sql": source.replace(JSON, "'format' = 'debezium-json'")})
    bench.produce(topic, [("ann", "{not json", None)])

    with pytest.raises(UndecodableRecord) as failed:
        bench.run(bounded=True)

    named = f"job 'a0' stopped at an undecodable record: topic '{topic}', partition 0, offset 0: "
    assert named in str(failed.value)
    assert "Caused by" not in str(failed.value)


def test_the_kafka_streams_wire_format_works(bench: Workbench) -> None:
    """Key: the user; value: the bare text START or END; event time: the record's timestamp; result: a 64-bit count."""
    bench.write(
        {
            "sql/sources/sessions.sql": """
                CREATE TABLE sessions (
                  user_id STRING NOT NULL,
                  kind STRING NOT NULL,
                  event_time TIMESTAMP_LTZ(3) METADATA FROM 'timestamp',
                  WATERMARK FOR event_time AS event_time
                ) WITH ('connector' = 'kafka', 'topic' = '${T}-sessions',
                  'key.format' = 'raw', 'key.fields' = 'user_id',
                  'value.format' = 'raw', 'value.fields-include' = 'EXCEPT_KEY');""",
            "sql/aggregates/online.sql": """
                CREATE MATERIALIZED TABLE online (PRIMARY KEY (who) NOT ENFORCED)
                WITH ('sinks' = 'kafka', 'kafka.topic' = '${T}-online',
                  'kafka.key.format' = 'raw', 'kafka.value.format' = 'raw')
                AS SELECT who, COUNT(*) FILTER (WHERE kind = 'START') AS users
                FROM (SELECT 'active' AS who, kind FROM (
                  SELECT *, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY event_time DESC) AS n FROM sessions)
                  WHERE n = 1)
                GROUP BY who;""",
        }
    )
    topic = bench.topic("sessions")
    sessions = [("ann", "START", 1000), ("bob", "START", 2000), ("ann", "END", 3000), ("cid", "START", 4000)]
    bench.produce(topic, sessions)

    bench.run(bounded=True)

    key, value = bench.changes(f"{bench.prefix}-online")[-1]
    assert (key, struct.unpack(">q", value or b"")) == (b"active", (2,))


def test_what_is_missing_is_told_before_anything_starts(bench: Workbench) -> None:
    bench.write({"sql/sources/orders.sql": ORDERS, "sql/aggregates/a0.sql": TOTALS})
    with pytest.raises(TopicMissing):
        bench.run(bounded=True)

    bench.topic("orders")
    jobs = bench.plan()
    bench.settings["TALLY_CASSANDRA_KEYSPACE"] = bench.prefix
    with pytest.raises(KafkaUnreachable) as no_kafka:
        _run_on(bench, jobs, kafka="127.0.0.1:1")
    assert "127.0.0.1:1" in str(no_kafka.value)
    with pytest.raises(CassandraUnreachable) as no_cassandra:
        _run_on(bench, jobs, cassandra="127.0.0.1:1")
    assert "127.0.0.1:1" in str(no_cassandra.value)


def _run_on(bench: Workbench, jobs: Sequence[object], **addresses: str) -> None:
    names = {"kafka": "TALLY_KAFKA_BOOTSTRAP_SERVERS", "cassandra": "TALLY_CASSANDRA_CONTACT_POINTS"}
    other = Workbench(bench.root, bench.stack, bench.prefix, {names[k]: v for k, v in addresses.items()})
    other.run(bounded=True, jobs=jobs)  # type: ignore[arg-type]


def test_a_table_that_differs_stops_the_run_and_stays(bench: Workbench) -> None:
    topic = shop(bench, TOTALS)
    bench.produce(topic, [order("ann", "1.00", 1)])
    bench.run(bounded=True)
    bench.write(
        {
            "sql/aggregates/a0.sql": TOTALS.replace(
                "COUNT(*) AS orders", "MAX(event_ms) AS orders, COUNT(*) AS n"
            )
        }
    )

    with pytest.raises(TableDiffers) as refused:
        bench.run(bounded=True)

    assert "tally drop totals" in str(refused.value)
    assert bench.rows("totals") == [("ann", Decimal("1.00"), 1)]


def test_a_topic_that_forgets_stops_the_run_before_a_table_is_made(bench: Workbench) -> None:
    shop(bench, TOTALS)
    bench.topic("totals")

    with pytest.raises(TopicNotCompacted):
        bench.run(bounded=True)

    with pytest.raises(InvalidRequest, match=f"[Kk]eyspace '?{bench.prefix}"):
        bench.rows("totals")


def test_a_group_that_leaves_a_filter_leaves_the_table(bench: Workbench) -> None:
    few = TOTALS.replace("GROUP BY customer;", "GROUP BY customer HAVING COUNT(*) < 3;")
    topic = shop(bench, few)
    bench.produce(topic, [order("ann", "1.00", 1), order("bob", "5.00", 2)])
    bench.run(until=read(2))
    bench.produce(topic, [order("ann", "2.00", 3), order("ann", "2.00", 4), order("bob", "1.00", 5)])

    bench.run(until=read(3))

    assert bench.rows("totals") == [("bob", Decimal("6.00"), 2)]
    assert list(bench.last_values(f"{bench.prefix}-totals")) == [("bob",)]


def test_a_job_does_not_run_twice_at_once(bench: Workbench) -> None:
    shop(bench, TOTALS)
    jobs = bench.plan()
    with JobFolder(bench.root, "a0").claimed(), pytest.raises(RunsAlready) as refused:
        bench.run(jobs=jobs)
    assert str(refused.value) == (
        "job 'a0' runs already, in another `tally run` of this project\nhint: stop that one with Ctrl-C first"
    )


EVERY_TYPE = """
-- What does every type that CQL holds look like?
CREATE MATERIALIZED TABLE every_type (PRIMARY KEY (customer) NOT ENFORCED)
AS SELECT customer,
  CAST(MAX(event_ms) AS INT) AS an_int,
  CAST(MAX(event_ms) AS DOUBLE) AS a_double,
  MAX(event_ms) > 0 AS a_boolean,
  CAST('bytes' AS BYTES) AS some_bytes,
  MAX(event_time) AS a_moment,
  CAST(MAX(event_time) AS DATE) AS a_day,
  ARRAY[customer, 'x'] AS a_list,
  MAP['orders', COUNT(*)] AS a_map,
  CAST(NULL AS STRING) AS nothing
FROM orders GROUP BY customer;
"""


def test_every_type_arrives_as_it_was(bench: Workbench) -> None:
    topic = shop(bench, EVERY_TYPE)
    bench.produce(topic, [order("ann", "1.00", 86_400), order("ann", "2.00", 86_401)])

    bench.run(bounded=True)

    columns = "an_int, a_double, a_boolean, some_bytes, a_moment, a_list, a_map, nothing"
    [row] = bench.rows("every_type", columns)
    assert (*row[:6], dict(row[6]), row[7]) == (
        86_401_000,
        86_401_000.0,
        True,
        b"bytes",
        datetime(1970, 1, 2, 0, 0, 1),
        ["ann", "x"],
        {"orders": 2},
        None,
    )
    assert str(bench.rows("every_type", "a_day")[0][0]) == "1970-01-02"
