"""Flink's JVM maps in the classes that `tally archives` kept, and starts all the same where it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tally.stack.archives import archive_of, flink_archive, flink_archive_options, new_flink_archive
from tally.stack.jars import flink_jars
from tally.stack.java import Java, find_java

START = """
import sys
from pathlib import Path
from tally.planning.environment import create_environment
from tally.running.jvm import PLANNING, Jvm
from tally.stack.bundled import bundle
from tally.stack.jars import flink_jars
logs = Path(sys.argv[1])
log = f"-Xlog:class+load:file={logs / 'classes.txt'}"
Jvm(flink_jars(), bundle().flink_conf, logs, "512m", (), (*PLANNING, *sys.argv[2:], log)).configure()
create_environment({}, ())
"""


def started(logs: Path, options: Sequence[str]) -> tuple[int, str]:
    """Start PyFlink's JVM in a process of its own: how many classes came from its archive, and what it printed."""
    # Without what this process' own JVM was configured with.
    environ = {
        name: value for name, value in os.environ.items() if name not in ("JVM_ARGS", "HADOOP_CLASSPATH")
    }
    command = [sys.executable, "-c", START, str(logs), *options]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    classes = (logs / "classes.txt").read_text().splitlines()
    return sum(line.endswith("shared objects file (top)") for line in classes), done.stdout


def test_classes_come_from_the_archive(tmp_path: Path) -> None:
    archived, printed = started(tmp_path, flink_archive_options(find_java(), flink_jars()))
    assert archived > 1_000
    assert printed == ""


def test_an_archive_that_does_not_fit_is_left_alone_in_silence(tmp_path: Path) -> None:
    other = archive_of("kafka", find_java())
    assert other.is_file()
    _, *silent = flink_archive_options(find_java(), flink_jars())
    assert started(tmp_path, [f"-XX:SharedArchiveFile={other}", *silent]) == (0, "")


def test_an_archive_holds_for_these_jars_and_this_java(tmp_path: Path) -> None:
    jar = tmp_path / "a.jar"
    jar.write_bytes(b"1")
    java = Java(Path("java"), "17.0.1")
    before = flink_archive(java, [jar])
    jar.write_bytes(b"22")
    assert flink_archive(java, [jar]) != before
    assert flink_archive(Java(Path("java"), "17.0.2"), [jar]).name.startswith("flink-17.0.2-")
    assert flink_archive_options(java, [jar]) == ()


def test_what_is_there_is_not_made_again() -> None:
    with new_flink_archive(find_java(), flink_jars()) as making:
        assert making is None


def test_a_failed_attempt_leaves_nothing(tmp_path: Path) -> None:
    jar = tmp_path / "a.jar"
    jar.write_bytes(b"1")
    java = find_java()
    with pytest.raises(RuntimeError), new_flink_archive(java, [jar]) as making:
        assert making
        making.write_bytes(b"half")
        raise RuntimeError
    assert flink_archive_options(java, [jar]) == ()
    assert making and not making.parent.exists()
    flink_archive(java, [jar]).with_suffix(".lock").unlink()
