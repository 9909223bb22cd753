"""Which Java runs the servers: that of JAVA_HOME, else the one on the PATH; version 17."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tally.settings import process_environment
from tally.stack.errors import JavaMissing, WrongJava

VERSION = 17
"""Cassandra 5.0 runs on 11 and 17, Flink 2.3 and Kafka 4.1 on 17 and later."""


@dataclass(frozen=True)
class Java:
    """A Java: its executable, and its full version such as ``17.0.15``."""

    executable: Path
    version: str


def find_java() -> Java:
    """Return the Java that runs the servers.

    Raises:
        JavaMissing: there is none.
        WrongJava: it is not version 17.
    """
    home = process_environment().get("JAVA_HOME")
    found = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if found is None:
        raise JavaMissing("not on the PATH, and JAVA_HOME is not set")
    if not Path(found).is_file():
        raise JavaMissing(f"JAVA_HOME is {home}, which has no bin/java")
    version = _version(found)
    if version.split(".")[0] != str(VERSION):
        raise WrongJava(found, version)
    return Java(Path(found), version)


def _version(java: str) -> str:
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    match = re.search(r'version "([^"]+)"', said)
    # A launcher that runs and has no version, such as macOS's placeholder, is no Java.
    if match is None:
        raise JavaMissing(f"{java} -version said: {said.strip()[:100] or 'nothing'}")
    return match.group(1)
