"""Which Java `tally up` takes, and what it says where none fits; through the command, on a machine of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TALLY = (sys.executable, "-c", "from tally.cli import main; main()")
GET = "hint: install a JDK 17 (Debian, Ubuntu: apt install openjdk-17-jdk; macOS: brew install openjdk@17)\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "sql").mkdir()
    (tmp_path / "bin").mkdir()
    return tmp_path


def up(project: Path, **variables: str) -> str:
    env = {"PATH": str(project / "bin"), **variables}
    done = subprocess.run(
        [*TALLY, "up"], cwd=project, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert not list((project / ".tally" / "stack").glob("*/state.json"))
    return done.stderr


def put(project: Path, script: str) -> Path:
    java = project / "bin" / "java"
    java.write_text(f"#!/bin/sh\n{script}\n")
    java.chmod(0o755)
    return java


def test_no_java(project: Path) -> None:
    assert up(project) == f"error: java is missing: not on the PATH, and JAVA_HOME is not set\n{GET}"


def test_java_home_without_java(project: Path) -> None:
    said = up(project, JAVA_HOME=str(project))
    # The folder has a bin, and no java in it.
    assert said == f"error: java is missing: JAVA_HOME is {project}, which has no bin/java\n{GET}"


def test_another_version(project: Path) -> None:
    java = put(project, "echo 'openjdk version \"25.0.1\" 2025-10-21' >&2")
    assert up(project) == (
        f"error: java 17 is needed, {java} is version 25.0.1\n"
        "hint: install a JDK 17 and point JAVA_HOME to it\n"
    )


def test_a_placeholder(project: Path) -> None:
    java = put(project, "echo 'Unable to locate a Java Runtime.' >&2; exit 1")
    assert up(project) == (
        f"error: java is missing: {java} -version said: Unable to locate a Java Runtime.\n{GET}"
    )
