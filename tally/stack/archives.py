"""Class archives: what a server's classes look like once loaded, so that the next start maps them in.

They halve the time until a server answers, and until Flink plans (Java's class data sharing, JEP 350). An archive
holds for one Java and these very jars; Java ignores one that does not fit, so all starts with or without.
"""

from __future__ import annotations

import dataclasses
import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from tally.stack.bundled import bundle
from tally.stack.java import Java
from tally.stack.locks import exclusive
from tally.stack.processes import Launch, free_ports, start, stop
from tally.stack.readiness import wait_for
from tally.stack.service import Service
from tally.stack.state import Home, State, write_state

_TIMEOUT_SECONDS = 300.0


def archive_of(name: str, java: Java) -> Path:
    """Return where the archive of a service's classes is, or would be."""
    return bundle().lib / f"{name}-{java.version}.jsa"


def archive_options(name: str, java: Java) -> tuple[str, ...]:
    """Return the options that use the archive; none where there is no archive."""
    archive = archive_of(name, java)
    return (f"-XX:SharedArchiveFile={archive}",) if archive.is_file() else ()


def flink_archive(java: Java, jars: Sequence[Path]) -> Path:
    """Return where the archive of Flink's classes is, or would be, for a JVM with these jars beside Flink's own."""
    stats = [(jar.name, jar.stat().st_size, jar.stat().st_mtime_ns) for jar in jars]
    digest = hashlib.sha256(repr((version("apache-flink"), stats)).encode()).hexdigest()[:12]
    return bundle().lib / f"flink-{java.version}-{digest}.jsa"


def flink_archive_options(java: Java, jars: Sequence[Path]) -> tuple[str, ...]:
    """Return the options that use the archive of Flink's classes; none where there is no archive."""
    archive = flink_archive(java, jars)
    # A JVM that cannot use it, since PyFlink was installed anew, says so on standard output; it only starts slower.
    silent = ("-Xlog:cds=off", "-Xlog:cds+dynamic=off", "-Xlog:class+path=off")
    return (f"-XX:SharedArchiveFile={archive}", *silent) if archive.is_file() else ()


@contextmanager
def new_flink_archive(java: Java, jars: Sequence[Path]) -> Iterator[Path | None]:
    """Give the path, in a scratch folder, to write the archive of Flink's classes to; None where there is one.

    Archives of other jars, which no JVM would use again, are removed.
    """
    archive = flink_archive(java, jars)
    with exclusive(archive.with_suffix(".lock")):
        if archive.is_file():
            yield None
            return
        with tempfile.TemporaryDirectory(dir=archive.parent) as scratch:
            fresh = Path(scratch) / archive.name
            yield fresh
            for old in archive.parent.glob("flink-*.jsa"):
                old.unlink()
            fresh.replace(archive)


def make_archives(services: Sequence[Service], java: Java) -> None:
    """Make the archive of each service that has none, by one start and stop of it in a scratch folder.

    Raises:
        StackError: a service does not start.
    """
    for service in services:
        archive = archive_of(service.name, java)
        with exclusive(archive.with_suffix(".lock")):
            if not archive.is_file():
                _make(service, java, archive)


def _make(service: Service, java: Java, archive: Path) -> None:
    with tempfile.TemporaryDirectory(dir=archive.parent) as scratch:
        home = Home(Path(scratch))
        home.data.mkdir()
        home.logs.mkdir()
        ports = dict(zip(service.port_names, free_ports(len(service.port_names)), strict=True))
        fresh = home.folder / archive.name
        [(name, launch)] = service.prepare(home, ports, java).items()
        child = start(_dumping(launch, fresh), home.folder, home.log(name))
        try:
            write_state(home, State(ports, {name: child}))
            wait_for([(service, home)], _TIMEOUT_SECONDS, lambda _: None)
        finally:
            stop(service.name, [child])
        fresh.replace(archive)


def _dumping(launch: Launch, archive: Path) -> Launch:
    java, *rest = launch.command
    # Java dumps no archive while an agent is loaded; it may be loaded when the archive is used.
    options = [option for option in rest if not option.startswith("-javaagent:")]
    return dataclasses.replace(launch, command=(java, f"-XX:ArchiveClassesAtExit={archive}", *options))
