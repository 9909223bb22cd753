"""The JVM that PyFlink starts: nothing that it says may stop it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SAYING = """
import sys
from pathlib import Path
from tally.running.jvm import PLANNING, Jvm
from tally.stack.bundled import bundle
Jvm([], bundle().flink_conf, Path(sys.argv[1]), "256m", (), PLANNING).configure()
from pyflink.java_gateway import get_gateway
for _ in range(40):
    get_gateway().jvm.java.lang.System.err.println("x" * 9_999)
"""


def test_a_jvm_that_says_much_goes_on(tmp_path: Path) -> None:
    """A pipe holds 64 KiB; that nobody reads it is seen once it is full."""
    subprocess.run([sys.executable, "-c", SAYING, str(tmp_path)], timeout=120, check=True)
    said = (tmp_path / "flink-jvm.err").read_text("utf-8")
    assert said.count("x" * 9_999 + "\n") == 40
