"""What set-up says of a machine where something is missing or has the wrong version.

The machine is a PATH of its own: the programs that are there are scripts that say their version.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"
GET_PYTHON = "get it: apt install python3 python3-venv, or brew install python@3.12"
GET_JDK = "get it: apt install openjdk-17-jdk, or brew install openjdk@17, and let JAVA_HOME point to it"
GET_MAVEN = "get it: apt install maven, or brew install maven"

JAVA_17 = "echo 'openjdk version \"17.0.15\" 2025-04-15' >&2"
JAVA_11 = "echo 'openjdk version \"11.0.27\" 2025-04-15' >&2"
JAVA_8 = "echo 'java version \"1.8.0_452\"' >&2"
MAVEN_3_8 = "echo 'Apache Maven 3.8.7'; echo 'Maven home: /usr/share/maven'"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A PATH that holds what any machine has, and none of what set-up asks for."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("sh", "sed", "head"):
        found = shutil.which(tool)
        assert found
        (folder / tool).symlink_to(found)
    return folder


def put(machine: Path, name: str, script: str) -> Path:
    program = machine / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def call(machine: Path, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPTS / script],
        env={"PATH": str(machine), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def complaints(machine: Path, **variables: str) -> list[str]:
    done = call(machine, "check-prerequisites.sh", **variables)
    lines = done.stderr.splitlines()
    assert done.returncode == (2 if lines else 0)
    return lines


def python_saying(version: str) -> str:
    return f'case "$2" in *version_info*) echo {version} ;; *executable*) echo "$0" ;; esac'


def test_all_there(machine: Path) -> None:
    put(machine, "java", JAVA_17)
    put(machine, "javac", "")
    put(machine, "mvn", MAVEN_3_8)
    assert complaints(machine) == []


def test_nothing_there(machine: Path) -> None:
    assert complaints(machine) == [
        f"error: java is missing (found: no java); {GET_JDK}",
        f"error: mvn is missing (found: none); {GET_MAVEN}",
    ]


@pytest.mark.parametrize(("script", "version"), [(JAVA_11, "11.0.27"), (JAVA_8, "1.8.0_452")])
def test_another_java(machine: Path, script: str, version: str) -> None:
    java = put(machine, "java", script)
    put(machine, "mvn", MAVEN_3_8)
    assert complaints(machine) == [f"error: java 17 is needed (found: {version} at {java}); {GET_JDK}"]


def test_a_placeholder_in_place_of_java(machine: Path) -> None:
    java = put(machine, "java", "echo 'Unable to locate a Java Runtime.' >&2; exit 1")
    put(machine, "mvn", MAVEN_3_8)
    assert complaints(machine) == [f"error: java 17 is needed (found: no version at {java}); {GET_JDK}"]


def test_java_without_its_compiler(machine: Path) -> None:
    put(machine, "java", JAVA_17)
    put(machine, "mvn", MAVEN_3_8)
    assert complaints(machine) == [f"error: javac is missing (found: java 17.0.15 alone); {GET_JDK}"]


def test_java_home_decides(machine: Path, tmp_path: Path) -> None:
    put(machine, "java", JAVA_11)
    put(machine, "mvn", MAVEN_3_8)
    home = tmp_path / "jdk" / "bin"
    home.mkdir(parents=True)
    put(home, "java", JAVA_17)
    put(home, "javac", "")
    assert complaints(machine, JAVA_HOME=str(home.parent)) == []
    assert complaints(machine, JAVA_HOME="/nowhere") == [
        f"error: java is missing (found: no /nowhere/bin/java); {GET_JDK}"
    ]


def test_an_old_maven(machine: Path) -> None:
    put(machine, "java", JAVA_17)
    put(machine, "javac", "")
    put(machine, "mvn", "echo 'Apache Maven 3.5.4 (1edded09; 2018)'")
    assert complaints(machine) == [f"error: maven 3.6 or later is needed (found: 3.5.4); {GET_MAVEN}"]


def test_the_first_python_that_fits_is_taken(machine: Path) -> None:
    # As a version manager leaves it: the name is there and runs nothing.
    put(machine, "python3.12", "echo 'pyenv: python3.12: command not found' >&2; exit 127")
    fitting = put(machine, "python3.11", python_saying("3.11.7"))
    put(machine, "python3.10", python_saying("3.10.13"))
    done = call(machine, "find-python.sh")
    assert (done.stdout, done.stderr, done.returncode) == (f"{fitting}\n", "", 0)


def test_no_python_at_all(machine: Path) -> None:
    done = call(machine, "find-python.sh")
    said = f"error: python 3.10, 3.11 or 3.12 is missing (found: none); {GET_PYTHON}\n"
    assert (done.stdout, done.stderr, done.returncode) == ("", said, 2)


@pytest.mark.parametrize("version", ["3.9.18", "3.13.0"])
def test_another_python(machine: Path, version: str) -> None:
    put(machine, "python3", python_saying(version))
    done = call(machine, "find-python.sh")
    said = f"error: python 3.10, 3.11 or 3.12 is missing (found: python3 is {version}); {GET_PYTHON}\n"
    assert (done.stdout, done.stderr, done.returncode) == ("", said, 2)


def test_python_that_makes_no_virtual_environment(machine: Path) -> None:
    put(machine, "python3.11", f'case "$2" in *ensurepip*) exit 1 ;; esac; {python_saying("3.11.2")}')
    done = call(machine, "find-python.sh")
    said = "error: python 3.10, 3.11 or 3.12 is missing (found: python3.11 is 3.11.2 without its venv module)"
    assert (done.stdout, done.stderr, done.returncode) == ("", f"{said}; {GET_PYTHON}\n", 2)


def test_this_python_is_found(machine: Path) -> None:
    (machine / "python3").symlink_to(sys.executable)
    assert call(machine, "find-python.sh").returncode == 0
