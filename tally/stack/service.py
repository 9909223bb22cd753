"""What a service is to the stack: ports to give, files to write, processes to run, a question to ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tally.stack.java import Java
from tally.stack.processes import Launch
from tally.stack.state import Home

HOST = "127.0.0.1"


class Service(Protocol):
    """One of kafka, cassandra, flink.

    Attributes:
        name: also the name of its folder.
        main_port: which of its ports others connect to.
        port_setting: the key of [tool.tally.stack] that fixes the main port.
        configured_port: that key's value; 0 means any free port.
        port_names: all its ports, the main one among them.
        memory: bytes that it takes.
        memory_setting: where the user sets that.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def main_port(self) -> str: ...  # noqa: D102
    @property
    def port_setting(self) -> str: ...  # noqa: D102
    @property
    def configured_port(self) -> int: ...  # noqa: D102
    @property
    def port_names(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def memory(self) -> int: ...  # noqa: D102
    @property
    def memory_setting(self) -> str: ...  # noqa: D102

    def prepare(self, home: Home, ports: Mapping[str, int], java: Java) -> dict[str, Launch]:
        """Write the service's configuration under ``home``; return its processes by name."""
        ...

    def answers(self, ports: Mapping[str, int]) -> bool:
        """Return whether the service does its work: a real request, of at most a second or two."""
        ...


def bytes_of(size: str) -> int:
    """Return the bytes of a JVM size such as ``512m`` or ``1g``."""
    return int(size[:-1]) * {"m": 2**20, "g": 2**30}[size[-1]]
