"""What `tally up` remembers of a service, in ``.tally/stack/<service>/state.json``: ports, processes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tally.stack.processes import Child


@dataclass(frozen=True)
class Home:
    """The folder of one service."""

    folder: Path

    @property
    def data(self) -> Path:
        """Return where it keeps its data."""
        return self.folder / "data"

    @property
    def logs(self) -> Path:
        """Return where its logs are."""
        return self.folder / "logs"

    @property
    def state(self) -> Path:
        """Return the file with ports and processes."""
        return self.folder / "state.json"

    def log(self, process: str) -> Path:
        """Return the log of one of its processes."""
        return self.logs / f"{process}.log"


@dataclass(frozen=True)
class State:
    """Ports by name, kept over stop and start; processes by name, none when it was stopped."""

    ports: Mapping[str, int] = field(default_factory=dict)
    processes: Mapping[str, Child] = field(default_factory=dict)


def home_of(root: Path, service: str) -> Home:
    """Return the folder of ``service`` in the project at ``root``."""
    return Home(root / ".tally" / "stack" / service)


def read_state(home: Home) -> State:
    """Return what was remembered; nothing when the service was never started."""
    if not home.state.is_file():
        return State()
    document = json.loads(home.state.read_text("utf-8"))
    processes = {name: Child(**child) for name, child in document["processes"].items()}
    return State(document["ports"], processes)


def write_state(home: Home, state: State) -> None:
    """Remember ``state``; a reader sees the old or the new one, never a half."""
    processes = {
        name: {"pid": child.pid, "started": child.started} for name, child in state.processes.items()
    }
    document = {"ports": dict(state.ports), "processes": processes}
    scratch = home.state.with_suffix(".new")
    scratch.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    scratch.replace(home.state)
