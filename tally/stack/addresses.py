"""Where Kafka, Cassandra and Flink are: as the settings say, else as the stack runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tally.settings import Settings
from tally.stack.processes import find
from tally.stack.service import HOST
from tally.stack.state import home_of, read_state


@dataclass(frozen=True)
class Addresses:
    """``host:port`` of each, several by comma; None where it is neither configured nor running."""

    kafka: str | None
    cassandra: str | None
    flink: str | None


def addresses(root: Path, settings: Settings) -> Addresses:
    """Return the configured addresses and, where none is, those of the services that run; asks no server."""
    return Addresses(
        kafka=settings.kafka.bootstrap_servers or _running(root, "kafka", "broker"),
        cassandra=settings.cassandra.contact_points or _running(root, "cassandra", "cql"),
        flink=settings.flink.rest_address or _running(root, "flink", "rest"),
    )


def _running(root: Path, service: str, port: str) -> str | None:
    state = read_state(home_of(root, service))
    alive = bool(state.processes) and all(find(child) for child in state.processes.values())
    return f"{HOST}:{state.ports[port]}" if alive else None
