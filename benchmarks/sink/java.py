"""The benchmark's own Java classes, compiled against the connector's jar: the same driver for every contender."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pyflink

from benchmarks.commands import CHECKOUT
from tally.stack.jars import flink_jars
from tally.stack.java import find_java

_SOURCES = CHECKOUT / "benchmarks" / "java"
_FLINK = Path(pyflink.__file__).parent / "lib"


def compiled(folder: Path) -> Path:
    """Compile them into ``folder`` and return it.

    Raises:
        RuntimeError: javac is missing or refuses them.
    """
    sources = [str(source) for source in sorted(_SOURCES.glob("*.java"))]
    compiler = (tool("javac"), "--release", "17", "-d", str(folder), "-cp", class_path())
    done = subprocess.run((*compiler, *sources), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"javac ended with {done.returncode}:\n{done.stderr}")
    return folder


def class_path(*first: Path) -> str:
    """Return a class path of the connector, Flink and what comes first."""
    return ":".join([*map(str, (*first, *flink_jars())), f"{_FLINK}/*"])


def tool(name: str) -> str:
    """Return a tool of the Java that runs everything.

    Raises:
        RuntimeError: it is a Java without it.
    """
    found = find_java().executable.parent / name
    if not found.is_file():
        raise RuntimeError(f"{found} is missing: this benchmark needs a JDK, not only a Java runtime")
    return str(found)
