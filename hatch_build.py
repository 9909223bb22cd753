"""Puts tally's files that stand beside the package into the wheel: the jar list, the connectors, Flink's settings.

An editable install reads them where they are, so it works before the connectors are built.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_FILES = {
    "jars/pom.xml": "jars/pom.xml",
    "jars/checksums.sha256": "jars/checksums.sha256",
    "jars/connectors/target/tally-connectors.jar": "jars/tally-connectors.jar",
    "flink-conf": "flink-conf",
}


class BundleHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds ``tally/_bundled`` to a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files to include; refuse to build a wheel without the connectors."""
        if version == "editable":
            return
        root = Path(self.root)
        for source, target in _FILES.items():
            if not (root / source).exists():
                raise FileNotFoundError(f"{source} is missing: run `make wheel`, which builds it first")
            build_data["force_include"][str(root / source)] = f"tally/_bundled/{target}"
