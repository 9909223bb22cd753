"""Addresses, credentials and bounds go into a plan's tables when it is handed to Flink, and not before."""

from __future__ import annotations

from typing import Any

import pytest

from tally.planning.plan import PlanTable
from tally.planning.sinks import UNSET
from tally.running.connections import Target, table_options
from tally.serving.errors import CassandraUnreachable, KafkaUnreachable
from tally.settings import CassandraSettings

SETTINGS = CassandraSettings(username="tally", password="secret")  # type: ignore[arg-type]


def connected(role: str, options: dict[str, Any], *, bounded: bool = False) -> dict[str, str]:
    return connected_to(Target("k:1,k:2", "c:1,c:2", SETTINGS, bounded), role, options)


def connected_to(target: Target, role: str, options: dict[str, Any]) -> dict[str, str]:
    return table_options(PlanTable(1, "t", role, options, (), ()), dict(options), target)


def test_a_source_gets_the_broker_and_becomes_the_one_that_skips_nothing() -> None:
    options = {"connector": "kafka", "topic": "x", "properties.bootstrap.servers": UNSET}
    assert connected("source", options) == {
        "connector": "tally-kafka",
        "topic": "x",
        "properties.bootstrap.servers": "k:1,k:2",
    }


def test_a_bounded_run_reads_from_the_beginning_to_the_present_end() -> None:
    options = {"connector": "kafka", "topic": "x", "scan.startup.mode": "group-offsets"}
    assert connected("source", options, bounded=True) == {
        "connector": "tally-kafka",
        "topic": "x",
        "scan.startup.mode": "earliest-offset",
        "scan.bounded.mode": "latest-offset",
    }


def test_a_bounded_run_reads_a_table_of_versions_to_the_present_end_as_well() -> None:
    options = {"connector": "upsert-kafka", "topic": "x"}
    ours = {**options, "connector": "tally-upsert-kafka"}
    bounded = {**ours, "scan.bounded.mode": "latest-offset"}
    assert connected("source", options, bounded=True) == connected("source", ours, bounded=True) == bounded
    assert connected("source", options) == ours
    assert connected("sink", options, bounded=True) == options


def test_a_topic_that_is_written_keeps_its_connector() -> None:
    options = {"connector": "kafka", "properties.bootstrap.servers": UNSET}
    assert connected("sink", options) == {"connector": "kafka", "properties.bootstrap.servers": "k:1,k:2"}


def test_a_cassandra_sink_gets_the_servers_and_the_login() -> None:
    options = {"connector": "cassandra", "table": "t", "contact-points": UNSET, "keyspace": UNSET}
    assert connected("sink", options) == {
        "connector": "cassandra",
        "table": "t",
        "contact-points": "c:1;c:2",
        "keyspace": "tally",
        "local-datacenter": "datacenter1",
        "consistency-level": "LOCAL_QUORUM",
        "username": "tally",
        "password": "secret",
    }


def test_what_a_file_writes_itself_wins() -> None:
    written = {"connector": "cassandra", "contact-points": "own:9042", "keyspace": "own", "username": "me"}
    options = connected("sink", written)
    assert {key: options[key] for key in written} == written
    source = {"connector": "kafka", "properties.bootstrap.servers": "own:9092"}
    assert connected("source", source)["properties.bootstrap.servers"] == "own:9092"


def test_only_a_table_that_needs_an_address_asks_for_one() -> None:
    nowhere = Target(None, None, SETTINGS)
    topic = {"connector": "kafka", "properties.bootstrap.servers": UNSET}
    table = {"connector": "cassandra", "table": "t", "contact-points": UNSET}

    with pytest.raises(KafkaUnreachable, match=r"^no Kafka broker runs here, and none is configured"):
        connected_to(nowhere, "sink", topic)
    with pytest.raises(CassandraUnreachable, match=r"^no Cassandra runs here, and none is configured"):
        connected_to(nowhere, "sink", table)
    assert connected_to(nowhere, "sink", topic | {"properties.bootstrap.servers": "own:9092"}) == {
        "connector": "kafka",
        "properties.bootstrap.servers": "own:9092",
    }
    assert (
        connected_to(nowhere, "sink", table | {"contact-points": "own:9042"})["contact-points"] == "own:9042"
    )
