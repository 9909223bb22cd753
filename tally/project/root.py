"""Where the project is: the folder that holds ``sql/`` or a pyproject.toml with [tool.tally]."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from tally.errors import ProjectError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(eq=False)
class NoProject(ProjectError):
    """Neither the folder nor any above it is a project."""

    start: Path

    @property
    def message(self) -> str:
        """Name the folder that was searched from."""
        return f"no project in {self.start} or in a folder above it"

    @property
    def hint(self) -> str:
        """Say what makes a project."""
        return "run `tally init DIR` for a new one, or change to a folder with sql/"


def find_root(start: Path) -> Path:
    """Return the nearest folder, from ``start`` upwards, that is a project.

    Raises:
        NoProject: there is none.
    """
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / "sql").is_dir() or _has_settings(folder / "pyproject.toml"):
            return folder
    raise NoProject(here)


def _has_settings(pyproject: Path) -> bool:
    if not pyproject.is_file():
        return False
    try:
        return "tally" in tomllib.loads(pyproject.read_text("utf-8")).get("tool", {})
    except tomllib.TOMLDecodeError:
        # A broken file that mentions our table is a project: reading its settings then names the mistake.
        return "[tool.tally" in pyproject.read_text("utf-8")
