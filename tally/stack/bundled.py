"""Where tally's own files are: the jar list, the connector, Flink's configuration.

In a checkout they stand beside the package; in an installed wheel they are inside it, and what is fetched or
built from them goes to a cache folder of the user.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from tally.settings import process_environment

_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Bundle:
    """tally's files beside its code.

    Attributes:
        pom: the list of third-party jars.
        checksums: their pinned sha256 sums.
        connectors: tally's own connector jar; in a checkout it may not be built yet.
        flink_conf: Flink's default configuration.
        lib: where fetched jars are kept, a folder for each group.
    """

    pom: Path
    checksums: Path
    connectors: Path
    flink_conf: Path
    lib: Path


def bundle() -> Bundle:
    """Return the files of this installation."""
    inside = _PACKAGE / "_bundled"
    return _of_wheel(inside) if inside.is_dir() else _of_checkout(_PACKAGE.parent)


def flink_conf(root: Path) -> Path:
    """Return the folder with Flink's configuration: the project's own, else tally's."""
    own = root / "flink-conf"
    return own if (own / "config.yaml").is_file() else bundle().flink_conf


def _of_checkout(checkout: Path) -> Bundle:
    jars = checkout / "jars"
    return Bundle(
        pom=jars / "pom.xml",
        checksums=jars / "checksums.sha256",
        connectors=jars / "connectors" / "target" / "tally-connectors.jar",
        flink_conf=checkout / "flink-conf",
        lib=jars / "lib",
    )


def _of_wheel(inside: Path) -> Bundle:
    checksums = inside / "jars" / "checksums.sha256"
    # Another version of tally with other jars must not find these.
    version = hashlib.sha256(checksums.read_bytes()).hexdigest()[:12]
    return Bundle(
        pom=inside / "jars" / "pom.xml",
        checksums=checksums,
        connectors=inside / "jars" / "tally-connectors.jar",
        flink_conf=inside / "flink-conf",
        lib=_user_cache() / "tally" / f"jars-{version}",
    )


def _user_cache() -> Path:
    configured = process_environment().get("XDG_CACHE_HOME", "")
    return Path(configured) if configured.startswith("/") else Path.home() / ".cache"
