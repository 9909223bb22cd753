"""The services by name, as the settings want them."""

from __future__ import annotations

from pathlib import Path

from tally.settings import Settings
from tally.stack.bundled import flink_conf
from tally.stack.cassandra import Cassandra
from tally.stack.flink import Flink
from tally.stack.kafka import Kafka
from tally.stack.service import Service


def service_of(name: str, root: Path, settings: Settings) -> Service:
    """Return the service called ``name``: kafka, cassandra or flink."""
    stack = settings.stack
    if name == "kafka":
        return Kafka(stack.kafka_memory, stack.kafka_port)
    if name == "cassandra":
        return Cassandra(stack.cassandra_memory, stack.cassandra_port, stack.cassandra_commit_log)
    if name == "flink":
        return Flink(flink_conf(root), stack.flink_port)
    raise ValueError(f"no service is called {name}")
