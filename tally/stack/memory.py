"""Whether the machine, or the container, has the memory that the servers take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import psutil

from tally.stack.errors import NotEnoughMemory
from tally.stack.service import Service

_CGROUP = Path("/sys/fs/cgroup")


def check_memory(services: Sequence[Service]) -> None:
    """Refuse to start what would not fit.

    Raises:
        NotEnoughMemory: less is free than ``services`` take.
    """
    needed = sum(service.memory for service in services)
    available = available_memory(_CGROUP)
    if needed > available:
        raise NotEnoughMemory(needed, available, tuple(service.name for service in services))


def available_memory(cgroup: Path) -> int:
    """Return the bytes free: of the machine, or of the container when that allows less (cgroup v2)."""
    machine = int(psutil.virtual_memory().available)
    limit = _number(cgroup / "memory.max")
    used = _number(cgroup / "memory.current")
    if limit is None or used is None:
        return machine
    # What the kernel caches of files counts as used and is given back when asked for.
    return min(machine, limit - used + _file_cache(cgroup / "memory.stat"))


def _number(file: Path) -> int | None:
    text = file.read_text("ascii").strip() if file.is_file() else "max"
    return int(text) if text.isdigit() else None


def _file_cache(stat: Path) -> int:
    lines = stat.read_text("ascii").splitlines() if stat.is_file() else []
    return sum(int(line.split()[1]) for line in lines if line.split()[0] in {"inactive_file", "active_file"})
