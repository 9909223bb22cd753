"""Child processes of a benchmark: what they cost, and their output where they fail."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tally.settings import process_environment

TIMEOUT_SECONDS = 900
TALLY = (sys.executable, "-c", "from tally.cli import main; main()")
"""`tally`, of the Python that runs the benchmark."""
CHECKOUT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cost:
    """What a process tree used.

    Attributes:
        wall_seconds: from its start to the end of its first process.
        user_seconds: CPU of all its processes, Python and JVM.
        system_seconds: the kernel's work for them.
        largest_process_mib: peak resident memory of the largest one, the JVM.
    """

    wall_seconds: float
    user_seconds: float
    system_seconds: float
    largest_process_mib: float

    @property
    def cpu_seconds(self) -> float:
        """Return user and system time."""
        return self.user_seconds + self.system_seconds


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return this process' variables and more; a TALLY_* variable of the caller must not change a figure."""
    own = {name: value for name, value in process_environment().items() if not name.startswith("TALLY_")}
    return own | {"PYTHONPATH": str(CHECKOUT)} | dict(extra)


def costed(
    command: Sequence[str], folder: Path, extra: Mapping[str, str], timeout: float = TIMEOUT_SECONDS
) -> Cost:
    """Run a command in ``folder`` and return what its process tree cost.

    Raises:
        RuntimeError: it failed; with the end of its output.
        subprocess.TimeoutExpired: it did not end within so many seconds.
    """
    figures, log = folder / "cost.json", folder / "output.log"
    accountant = (sys.executable, "-m", "benchmarks.accountant", str(figures), *command)
    with log.open("wb") as output:
        process = subprocess.Popen(
            accountant,
            cwd=folder,
            env=environment(extra),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            code = process.wait(timeout)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
    if code:
        raise RuntimeError(
            f"{' '.join(command)} ended with {code}:\n{log.read_text('utf-8', 'replace')[-3000:]}"
        )
    return Cost(**json.loads(figures.read_text("utf-8")))
