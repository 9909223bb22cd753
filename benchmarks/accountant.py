"""Run a command and write what its whole process tree cost: ``python -m benchmarks.accountant FILE COMMAND...``.

A JVM whose Python has ended would be handed to init, and its CPU time with it. So this process declares itself the
"child subreaper" (prctl(2)): every orphan among its descendants becomes its own child, is waited for, and is in
``getrusage(RUSAGE_CHILDREN)``, which is exact where sampling is not.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


def main(arguments: Sequence[str]) -> int:
    """Run the command to the end of its last descendant, write the figures, and return its exit code."""
    file, *command = arguments
    _adopt_orphans()
    began = time.monotonic()
    code = subprocess.Popen(command).wait()
    wall = time.monotonic() - began
    _wait_for_orphans()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures = {
        "wall_seconds": wall,
        "user_seconds": used.ru_utime,
        "system_seconds": used.ru_stime,
        "largest_process_mib": used.ru_maxrss / 1024,
    }
    Path(file).write_text(json.dumps(figures), "utf-8")
    return code


def _adopt_orphans() -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def _wait_for_orphans() -> None:
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
