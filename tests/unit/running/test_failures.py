"""Java stack traces become one line that a user can act on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tally.running.failures import failure_of

WRAPPED = """org.apache.flink.runtime.JobException: Recovery is suppressed by NoRestartBackoffTimeStrategy
\tat org.apache.flink.runtime.executiongraph.failover.Handler.handleFailure(Handler.java:219)
Caused by: {cause}
\tat org.apache.flink.streaming.runtime.tasks.StreamTask.invoke(StreamTask.java:1)
"""


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (
            "io.tally.connectors.kafka.UndecodableRecordException: undecodable record: topic 'x', partition 0, "
            "offset 12: the message is empty",
            "job 'totals' stopped at an undecodable record: topic 'x', partition 0, offset 12: the message is empty\n"
            "hint: nothing was skipped: mend the producer or the columns of the source, then run again",
        ),
        (
            "java.io.IOException: Failed to deserialize consumer record due to\n"
            "Caused by: io.tally.connectors.kafka.TooManyDeadLettersException: too many dead letters: 101 of 1001",
            "job 'totals' stopped: too many dead letters: 101 of 1001\n"
            "hint: mend the columns of the source or the producer, then run again; to go on whatever comes, "
            "write 'dead-letter.max-share' = '1' in the source's WITH",
        ),
        (
            "io.tally.connectors.refused.TooManyRefusedRowsException: too many refused rows: 51 of the last 1001",
            "job 'totals' stopped: too many refused rows: 51 of the last 1001\n"
            "hint: leave such rows out in the query, or change the aggregate's key, then run again; to go on whatever "
            "comes, write 'refused.max-share' = '1' in the aggregate's WITH",
        ),
        (
            "java.lang.RuntimeException: One or more fetchers have encountered exception\n"
            "Caused by: io.tally.connectors.lost.LostRecordsException: records lost: source table 'x': topic 't', "
            "partition 0: offsets 100 to 149 are gone, up to 50 records: its log begins at offset 150 now",
            "job 'totals' stopped, records were lost before they were read: source table 'x': topic 't', partition 0: "
            "offsets 100 to 149 are gone, up to 50 records: its log begins at offset 150 now\n"
            "hint: a start with --fresh counts what the topics hold now; to go on without the lost records, which the "
            "audit then counts, write 'lost-records.action' = 'count' in the source's WITH and run again",
        ),
        (
            "Caused by: io.tally.connectors.kafka.TooManyDeadLettersException: too many dead letters: 101 of the last "
            "1001 records of source table 'events', more than the share of 0.05 that 'dead-letter.max-share' allows: "
            "undecodable, as topic 'events', partition 0, offset 7: the message is null",
            "job 'totals' stopped: too many dead letters: 101 of the last 1001 records of source table 'events', "
            "more than the share of 0.05 that 'dead-letter.max-share' allows: undecodable, as topic 'events', "
            "partition 0, offset 7: the message is null\n"
            "hint: a message that is null is a deletion: to leave deletions out, write "
            "'dead-letter.deletions' = 'skip' in the source's WITH",
        ),
        (
            "org.apache.flink.runtime.execution.SuppressRestartsException: Unrecoverable failure\n"
            "Caused by: io.tally.connectors.failed.RepeatedFailureException: stopped after 3 failures of one cause: "
            "aggregate 'q': Calc(select=[(1 / v) AS q]) failed: ArithmeticException: / by zero\n"
            '  row: {"v":0}\n'
            "\tat io.tally.connectors.failed.RepeatedFailures.count(RepeatedFailures.java:79)\n"
            "Caused by: java.lang.ArithmeticException: / by zero",
            "job 'totals' failed: stopped after 3 failures of one cause: "
            "aggregate 'q': Calc(select=[(1 / v) AS q]) failed: ArithmeticException: / by zero\n"
            '  row: {"v":0}\n'
            "hint: nothing was skipped: write an expression that has a value for such a row too (TRY_CAST, "
            "x / NULLIF(y, 0), a function that returns None), or leave the row out by a WHERE, then run again",
        ),
        (
            "io.tally.connectors.kafka.LostLettersException: letters lost: Kafka ended transaction "
            "'tally/totals/x/dead-0-3' with dead letters of source table 'x' before it was committed\n"
            "Caused by: org.apache.kafka.common.errors.ProducerFencedException: There is a newer producer",
            "job 'totals' stopped, letters are lost: Kafka ended transaction 'tally/totals/x/dead-0-3' "
            "with dead letters of source table 'x' before it was committed\n"
            "hint: a start with --fresh reads the topics from the beginning and writes them again; "
            "to go on without them, start once with 'dead-letter.delivery-guarantee' = 'at-least-once' "
            "in the source's WITH",
        ),
        (
            "io.tally.connectors.cassandra.CassandraRefusedException: column ks.t.v: 'x' is not a UUID\n"
            "Caused by: com.datastax.Inner: unreadable",
            "job 'totals' failed: column ks.t.v: 'x' is not a UUID\nhint: see the log in logs",
        ),
        (
            "io.tally.connectors.cassandra.CassandraRefusedException: table ks.t in Cassandra does not fit the Flink "
            "table:\n  column v does not exist in Cassandra; INT goes into int or bigint\n  the primary key is (k) in "
            "Flink and (k, c) in Cassandra\n\tat io.tally.connectors.cassandra.TableCheck.check(TableCheck.java:1)",
            "job 'totals' failed: table ks.t in Cassandra does not fit the Flink table:\n"
            "  column v does not exist in Cassandra; INT goes into int or bigint\n"
            "  the primary key is (k) in Flink and (k, c) in Cassandra\n"
            "hint: see the log in logs",
        ),
        (
            "org.apache.flink.util.FlinkRuntimeException: Failed to send data to Kafka by-key-2@-1 with "
            "FlinkKafkaInternalProducer{transactionalId='null'} \n"
            "Caused by: org.apache.flink.kafka.shaded.org.apache.kafka.common.errors.RecordTooLargeException: "
            "The request included a message larger than the max message size the server will accept.",
            "job 'totals' failed: write to topic 'by-key' failed: RecordTooLargeException: "
            "The request included a message larger than the max message size the server will accept.\n"
            "hint: see the log in logs",
        ),
        (
            "java.io.IOException: outer\nCaused by: java.lang.ArithmeticException: / by zero",
            "job 'totals' failed: ArithmeticException: / by zero\nhint: see the log in logs",
        ),
        (
            "java.lang.OutOfMemoryError",
            "job 'totals' failed: OutOfMemoryError\nhint: see the log in logs",
        ),
    ],
    ids=[
        "undecodable",
        "too many dead letters",
        "too many refused rows",
        "records lost",
        "too many deletions",
        "an expression, three times",
        "letters lost",
        "worded by a connector",
        "in several lines",
        "refused by a broker",
        "innermost cause",
        "without a message",
    ],
)
def test_the_cause_is_told_without_its_trace(cause: str, expected: str) -> None:
    assert str(failure_of("totals", WRAPPED.format(cause=cause), Path("logs"))) == expected


def test_a_failure_without_a_cause_is_told_by_its_first_line() -> None:
    assert str(failure_of("totals", "JobException: gone\n\tat somewhere", None)) == (
        "job 'totals' failed: JobException: gone"
    )
    assert str(failure_of("totals", "", None)) == "job 'totals' failed: Flink gave no reason"
