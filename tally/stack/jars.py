"""Third-party jars: fetched with Maven, held to pinned checksums, given out as class paths.

``jars/pom.xml`` lists them in three groups (flink, kafka, cassandra), ``jars/checksums.sha256`` pins each.
Maven is asked only when a group is not there. After a change of the list, ``pin`` writes the checksums anew.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from tally.stack.bundled import Bundle, bundle
from tally.stack.errors import (
    ConnectorMissing,
    FetchFailed,
    MavenMissing,
    MissingJar,
    UnpinnedJar,
    WrongJar,
)
from tally.stack.locks import exclusive

GROUPS = ("flink", "kafka", "cassandra")
_LIST = ".list"
_CHECKED = ".checked"


def flink_jars() -> list[Path]:
    """Return the jars that Flink needs beside PyFlink's own: tally's connector first.

    Raises:
        ConnectorMissing: the connector was not built.
        StackError: as ``ensure_jars``.
    """
    connectors = bundle().connectors
    if not connectors.is_file():
        raise ConnectorMissing(connectors)
    return [connectors, *ensure_jars("flink")]


def kafka_jars() -> list[Path]:
    """Return the class path of a Kafka broker; raises as ``ensure_jars``."""
    return ensure_jars("kafka")


def cassandra_jars() -> list[Path]:
    """Return the class path of a Cassandra server; raises as ``ensure_jars``."""
    return ensure_jars("cassandra")


def ensure_jars(*groups: str, of: Bundle | None = None) -> list[Path]:
    """Return the jars of ``groups`` (all when none is named), fetched where missing, each the pinned one.

    Raises:
        MavenMissing: a group has to be fetched, and there is no Maven.
        FetchFailed: Maven failed.
        MissingJar, UnpinnedJar, WrongJar: what was fetched, or what is there, is not what is pinned.
    """
    files = of or bundle()
    jars: list[Path] = []
    for group in groups or GROUPS:
        pinned = _pinned(files, group)
        folder = files.lib / group
        with exclusive(files.lib / f"{group}.lock"):
            if not _is_of(folder, pinned):
                _fetch(files, group)
            _check(folder, pinned)
        jars += [folder / name for name in pinned]
    return jars


def is_fetched(group: str) -> bool:
    """Return whether the jars of ``group`` are there; asks neither Maven nor the checksums."""
    return _is_of(bundle().lib / group, _pinned(bundle(), group))


def archives(files: Bundle, group: str) -> list[Path]:
    """Return the class archives made of a group's jars: they hold for these files only."""
    return sorted(files.lib.glob(f"{group}-*.jsa"))


def pin(files: Bundle) -> None:
    """Fetch all groups as the list says and write the checksums of what came."""
    with tempfile.TemporaryDirectory() as scratch:
        lines = []
        for group in GROUPS:
            folder = Path(scratch) / group
            _copy_dependencies(files.pom, group, folder)
            lines += [f"{_sha256(jar)}  {group}/{jar.name}\n" for jar in sorted(folder.glob("*.jar"))]
    files.checksums.write_text("".join(lines), "utf-8")


def _pinned(files: Bundle, group: str) -> dict[str, str]:
    """Return file name to sha256, in the order of the checksum file."""
    entries = (line.split() for line in files.checksums.read_text("utf-8").splitlines())
    return {
        path.removeprefix(f"{group}/"): digest for digest, path in entries if path.startswith(f"{group}/")
    }


def _fetch(files: Bundle, group: str) -> None:
    # Into a folder of its own first, so that the group's folder is there whole or not at all.
    with tempfile.TemporaryDirectory(dir=files.lib) as scratch:
        fetched = Path(scratch) / group
        _copy_dependencies(files.pom, group, fetched)
        pinned = _pinned(files, group)
        for jar in sorted(fetched.glob("*.jar")):
            if jar.name not in pinned:
                raise UnpinnedJar(jar)
        _check(fetched, pinned)
        (fetched / _LIST).write_text(_digest(pinned), "utf-8")
        shutil.rmtree(files.lib / group, ignore_errors=True)
        fetched.rename(files.lib / group)
        for archive in archives(files, group):
            archive.unlink()


def _is_of(folder: Path, pinned: dict[str, str]) -> bool:
    """Return whether ``folder`` holds the jars of this list; those fetched for another one are fetched anew.

    A folder that somebody else filled, such as the build of an image, is held to the checksums like any.
    """
    fetched_for = folder / _LIST
    return folder.is_dir() and (
        not fetched_for.is_file() or fetched_for.read_text("utf-8") == _digest(pinned)
    )


def _digest(pinned: dict[str, str]) -> str:
    return hashlib.sha256(repr(sorted(pinned.items())).encode()).hexdigest()


def _copy_dependencies(pom: Path, group: str, target: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise MavenMissing()
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={target}"]
    command = [maven, "-B", "-Dstyle.color=never", "-f", str(pom), "-P", group, *goal]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        wrong = [line for line in done.stdout.splitlines() if line.startswith("[ERROR]")]
        raise FetchFailed(group, tuple(wrong[:5] or done.stderr.splitlines()[-5:]))


def _check(folder: Path, pinned: dict[str, str]) -> None:
    for name in pinned:
        if not (folder / name).is_file():
            raise MissingJar(folder / name)
    stamp = folder / _CHECKED
    state = _state(folder, pinned)
    if stamp.is_file() and stamp.read_text("utf-8") == state:
        return
    for name, expected in pinned.items():
        found = _sha256(folder / name)
        if found != expected:
            raise WrongJar(folder / name, expected, found)
    stamp.write_text(state, "utf-8")


def _state(folder: Path, pinned: dict[str, str]) -> str:
    """Return a digest of what was checked: reading 120 MB at each start would cost half a second."""
    stats = ((name, digest, (folder / name).stat()) for name, digest in pinned.items())
    facts = "".join(f"{name} {digest} {stat.st_size} {stat.st_mtime_ns}\n" for name, digest, stat in stats)
    return hashlib.sha256(facts.encode()).hexdigest()


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()
