"""What PyFlink's JVM is started with, beside what the user asks for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CONFIGURE = """
import os, sys
from pathlib import Path
from tally.running.jvm import PLANNING, Jvm
Jvm([Path("a.jar"), Path("b.jar")], Path("conf"), Path(sys.argv[1]), "2g", ["/udfs"], PLANNING).configure()
print(os.environ["JVM_ARGS"])
print(os.environ["HADOOP_CLASSPATH"])
print(os.environ["PYTHONPATH"].split(":")[0])
"""


@pytest.mark.parametrize(
    ("asked", "arguments"),
    [
        ("", "-Xmx2g -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"),
        ("-Xss2m", "-Xmx2g -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xss2m"),
        ("-XX:+UseG1GC", "-Xmx2g -XX:TieredStopAtLevel=1 -XX:+UseG1GC"),
    ],
)
def test_what_the_user_asks_for_is_added_and_wins(tmp_path: Path, asked: str, arguments: str) -> None:
    environ = {"PATH": "/bin", "JVM_ARGS": asked, "HADOOP_CLASSPATH": "own.jar", "PYTHONPATH": "/own"}
    command = [sys.executable, "-c", CONFIGURE, str(tmp_path / "logs")]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [arguments, "a.jar:b.jar:own.jar", "/udfs"]
