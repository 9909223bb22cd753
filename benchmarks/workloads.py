"""The two workloads: the same query for every contender, and how to know its result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.events import Key, Payment, user_id

SOURCE_COLUMNS = """\
  user_id STRING NOT NULL,                  -- one of 1,000
  amount BIGINT NOT NULL,                   -- cents
  event_ms BIGINT NOT NULL,                 -- milliseconds since 1970, UTC
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND"""


@dataclass(frozen=True)
class Workload:
    """One query over the table ``payments``.

    Attributes:
        name: of the aggregate, its Cassandra table and, with dashes, its topic.
        question: that it answers.
        query: the SELECT.
        key: its primary key.
        columns: of the result in Flink SQL, without the key.
        cql: the columns and key of the Cassandra table.
        key_of: the key of the result that a payment counts for; times in ms.
    """

    name: str
    question: str
    query: str
    key: tuple[str, ...]
    columns: str
    cql: str
    key_of: Callable[[Payment], Key]

    def source(self, options: str) -> str:
        """Return the CREATE TABLE of ``payments``."""
        return f"CREATE TABLE payments (\n{SOURCE_COLUMNS}\n) WITH ({options})"


TOTALS = Workload(
    name="totals",
    question="How many payments of how much did each user make so far?",
    query="SELECT user_id, COUNT(*) AS payments, SUM(amount) AS amount FROM payments GROUP BY user_id",
    key=("user_id",),
    columns="user_id STRING NOT NULL, payments BIGINT NOT NULL, amount BIGINT NOT NULL",
    cql="user_id text PRIMARY KEY, payments bigint, amount bigint",
    key_of=lambda payment: (user_id(payment[0]),),
)
MINUTES = Workload(
    name="minutes",
    question="How many payments of how much did each user make in each minute?",
    query=(
        "SELECT user_id, window_start, COUNT(*) AS payments, SUM(amount) AS amount\n"
        "FROM TUMBLE(TABLE payments, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)\n"
        "GROUP BY user_id, window_start, window_end"
    ),
    key=("user_id", "window_start"),
    columns=(
        "user_id STRING NOT NULL, window_start TIMESTAMP(3) NOT NULL, payments BIGINT NOT NULL, amount BIGINT NOT NULL"
    ),
    cql=(
        "user_id text, window_start timestamp, payments bigint, amount bigint, "
        "PRIMARY KEY ((user_id), window_start)) WITH CLUSTERING ORDER BY (window_start DESC"
    ),
    key_of=lambda payment: (user_id(payment[0]), payment[2] // 60_000 * 60_000),
)
WORKLOADS = {workload.name: workload for workload in (TOTALS, MINUTES)}
SINKS = ("cassandra", "kafka")
