"""The recount: what every shipped aggregate must be, computed again from the topics' raw bytes, by DuckDB.

In: bytes of the source topics, and served rows of Cassandra and Kafka. Out: rows, and their differences. Shares no
code with what it checks: neither sql/ nor udfs/ nor Flink. May import: errors, planning's data (``planning.job``),
serving's clients of Kafka and Cassandra and its names. May not import: project, planning otherwise, running,
stack, datasets, cli, pyflink.
"""

from tally.recount.compare import Difference, Rows, compare
from tally.recount.counting import TOPICS, expected, no_events, not_late, recount, recounted
from tally.recount.letters import Ends, Late, letter_ends, read_dead, read_late
from tally.recount.served import served_cassandra, served_kafka

__all__ = [
    "TOPICS",
    "Difference",
    "Ends",
    "Late",
    "Rows",
    "compare",
    "expected",
    "letter_ends",
    "no_events",
    "not_late",
    "read_dead",
    "read_late",
    "recount",
    "recounted",
    "served_cassandra",
    "served_kafka",
]
