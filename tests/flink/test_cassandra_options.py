"""Wrong options of `'connector' = 'cassandra'`, as a user of plain SQL is told of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from py4j.protocol import Py4JJavaError
from pyflink.table import EnvironmentSettings, TableEnvironment

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "cassandra-connector.md"
COLUMNS = "k BIGINT NOT NULL, v STRING, seen TIMESTAMP(3), lives BIGINT"
KEY = ", PRIMARY KEY (k) NOT ENFORCED"
FITTING = {"contact-points": "127.0.0.1:9042", "keyspace": "ks", "table": "t"}
# What Flink adds by itself.
OF_EVERY_TABLE = (
    "connector",
    "property-version",
    "scan.watermark.alignment.group",
    "scan.watermark.alignment.max-drift",
    "scan.watermark.alignment.update-interval",
    "scan.watermark.emit.strategy",
    "scan.watermark.idle-timeout",
)

# name: options over (None: without) those that fit, what the user reads.
WRONG: dict[str, tuple[dict[str, str | None], str]] = {
    "one missing": (
        {"table": None},
        "One or more required options are missing.\n\nMissing required options are:\n\ntable",
    ),
    "all missing": (
        {"contact-points": None, "keyspace": None, "table": None},
        "One or more required options are missing.\n\nMissing required options are:\n\n"
        "contact-points\nkeyspace\ntable",
    ),
    "address without a port": (
        {"contact-points": "db-1"},
        "option 'contact-points': 'db-1' is not an address; write it as host:port",
    ),
    "password without user": (
        {"password": "s3cret"},
        "options 'username' and 'password' go together; set both",
    ),
    "no such level": (
        {"consistency-level": "MOST"},
        "Invalid value for option 'consistency-level'.\nCould not parse value 'MOST' for key 'consistency-level'.\n"
        "Could not parse value for enum class io.tally.connectors.cassandra.Consistency. "
        "Expected one of: [[ANY, ONE, TWO, THREE, QUORUM, ALL, LOCAL_ONE, LOCAL_QUORUM, EACH_QUORUM]]",
    ),
    "no such way with nulls": (
        {"sink.null-handling": "ignore"},
        "Invalid value for option 'sink.null-handling'.\n"
        "Could not parse value 'ignore' for key 'sink.null-handling'.\n"
        "Could not parse value for enum class io.tally.connectors.cassandra.NullHandling. "
        "Expected one of: [[write, unset]]",
    ),
    "not a duration": (
        {"request-timeout": "soon"},
        "Invalid value for option 'request-timeout'.\nCould not parse value 'soon' for key 'request-timeout'.\n"
        "text does not start with a number, and is not a valid ISO-8601 duration format: soon",
    ),
    "not a size": (
        {"sink.buffer-flush.max-size": "much"},
        "Invalid value for option 'sink.buffer-flush.max-size'.\n"
        "Could not parse value 'much' for key 'sink.buffer-flush.max-size'.\n"
        "text does not start with a number",
    ),
    "time to live twice": (
        {"sink.ttl": "1 d", "sink.ttl.column": "lives"},
        "options 'sink.ttl' and 'sink.ttl.column' contradict each other; set one of them",
    ),
    "half a second to live": (
        {"sink.ttl": "500 ms"},
        "option 'sink.ttl' must be whole seconds, from 1 s to 7300 days",
    ),
    "timestamp of text": (
        {"sink.timestamp.column": "v"},
        "option 'sink.timestamp.column': column 'v' is STRING; "
        "a write timestamp needs BIGINT (microseconds), TIMESTAMP(3) or TIMESTAMP_LTZ(3)",
    ),
    "timestamp of nothing": (
        {"sink.timestamp.column": "sen"},
        "option 'sink.timestamp.column': no column 'sen'; the columns are [k, v, seen, lives]",
    ),
    "timestamp and its reserve": (
        {"sink.timestamp.column": "seen", "sink.timestamp-reserve": "1 min"},
        "options 'sink.timestamp.column' and 'sink.timestamp-reserve' contradict each other; "
        "timestamps of a column are not reserved",
    ),
    "one column for both": (
        {"sink.timestamp.column": "lives", "sink.ttl.column": "lives"},
        "options 'sink.ttl.column' and 'sink.timestamp.column' both name 'lives'; one column cannot be both",
    ),
    "trust store without encryption": (
        {"ssl.truststore.path": "/trust.p12"},
        "option 'ssl.truststore.path' needs 'ssl.enabled' = 'true'",
    ),
    "bucket without width": (
        {"bucket.source": "seen"},
        "options 'bucket.source' and 'bucket.width' go together; set both or neither",
    ),
    "batch above the buffer": (
        {"sink.batch.max-size": "2 mb", "sink.buffer-flush.max-size": "1 mb"},
        "option 'sink.batch.max-size' (2097152 bytes) is more than 'sink.buffer-flush.max-size' (1048576 bytes); "
        "a batch cannot be larger than the buffer it is taken from",
    ),
    "retries shorter than a request": (
        {"sink.retry.max-duration": "5 s"},
        "option 'sink.retry.max-duration' (5000 ms) is less than 'request-timeout' (10000 ms); "
        "a request that times out would never be tried again",
    ),
    "an option of the driver that is ours": (
        {"driver.basic.request.timeout": "3 s"},
        "option 'driver.basic.request.timeout' is the connector's own; use 'request-timeout'",
    ),
    "an option that the driver lacks": (
        {"driver.advanced.heartbeat.intervall": "3 s"},
        "option 'driver.advanced.heartbeat.intervall' is unknown to the driver; "
        "the nearest is 'driver.advanced.heartbeat.interval'",
    ),
    "several at once": (
        {"sink.ttl": "500 ms", "username": "ann", "sink.max-in-flight-requests": "0"},
        "3 options are wrong:\n"
        "- options 'username' and 'password' go together; set both\n"
        "- option 'sink.max-in-flight-requests' must be at least 1, not 0\n"
        "- option 'sink.ttl' must be whole seconds, from 1 s to 7300 days",
    ),
}


@pytest.fixture(scope="module")
def sql(request: pytest.FixtureRequest) -> TableEnvironment:
    request.getfixturevalue("flink_options")  # which sets the JVM up
    return TableEnvironment.create(EnvironmentSettings.in_streaming_mode())


def refused(sql: TableEnvironment, options: dict[str, str | None], columns: str = COLUMNS + KEY) -> str:
    """Create a table and insert into it; return what is said about the options."""
    merged = {"connector": "cassandra", **FITTING, **options}
    listed = ", ".join(f"'{name}' = '{value}'" for name, value in merged.items() if value is not None)
    sql.execute_sql(f"CREATE TEMPORARY TABLE target ({columns}) WITH ({listed})")
    try:
        with pytest.raises(Py4JJavaError) as caught:
            sql.explain_sql("INSERT INTO target (k) VALUES (1)")
    finally:
        sql.execute_sql("DROP TEMPORARY TABLE target")
    return "\n".join(causes(caught.value.java_exception))


def causes(error: Any) -> list[str]:
    """Return the messages of an error and of its causes, below the one that lists all options of the table."""
    messages = []
    while error:
        messages.append(str(error.getMessage()))
        error = error.getCause()
    [listing] = [number for number, text in enumerate(messages) if text.startswith("Unable to create a sink")]
    return messages[listing + 1 :]


@pytest.mark.parametrize("name", WRONG)
def test_wrong_options_are_told(sql: TableEnvironment, name: str) -> None:
    options, told = WRONG[name]
    assert refused(sql, options) == told


def test_an_unknown_option_is_told_with_all_that_are_known(sql: TableEnvironment) -> None:
    known = re.findall(r"^\| `([a-z.-]+)` \|", REFERENCE.read_text("utf-8"), re.MULTILINE)
    supported = sorted({*known, *OF_EVERY_TABLE})
    assert "sink.ttl" in supported
    assert refused(sql, {"sink.tll": "1 d"}) == (
        "Unsupported options found for 'cassandra'.\n\nUnsupported options:\n\nsink.tll\n\n"
        "Supported options:\n\n" + "\n".join(supported)
    )


def test_a_table_without_a_key_is_told(sql: TableEnvironment) -> None:
    assert refused(sql, {}, COLUMNS) == (
        "table 't' has no primary key; declare PRIMARY KEY (...) NOT ENFORCED"
    )


def test_a_type_that_cql_lacks_is_told(sql: TableEnvironment) -> None:
    assert refused(sql, {}, "k BIGINT NOT NULL, v MULTISET<STRING>" + KEY) == (
        "column 'v' is MULTISET<STRING>, which Cassandra cannot store; use MAP with BIGINT counts"
    )


def test_a_password_is_in_no_error(sql: TableEnvironment) -> None:
    """Flink's outermost error lists the table's options."""
    options = {"connector": "cassandra", **FITTING, "password": "s3cret", "ssl.keystore.password": "s3cret"}
    listed = ", ".join(f"'{name}' = '{value}'" for name, value in options.items())
    sql.execute_sql(f"CREATE TEMPORARY TABLE secret ({COLUMNS}{KEY}) WITH ({listed})")
    with pytest.raises(Py4JJavaError) as caught:
        sql.explain_sql("INSERT INTO secret (k) VALUES (1)")
    sql.execute_sql("DROP TEMPORARY TABLE secret")
    assert "'password'='******'" in str(caught.value)
    assert "s3cret" not in str(caught.value)
