"""``tally init``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

import tally.templates
from tally.cli.context import debug_option
from tally.errors import ProjectError

_TEMPLATE = Path(tally.templates.__file__).parent / "project"
_MOST_OF_A_KEYSPACE = 48


@dataclass(eq=False)
class FolderNotEmpty(ProjectError):
    """There is something in the folder already."""

    folder: Path

    @property
    def message(self) -> str:
        """Name the folder."""
        return f"{self.folder} is not empty"

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "name a folder that does not exist yet"


@click.command(name="init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@debug_option
def command(folder: Path) -> None:
    r"""Write a small working project to DIR.

    \b
    Example:
      tally init my-metrics
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise FolderNotEmpty(folder)
    for path in write_project(folder):
        click.echo(f"wrote {path}")
    click.echo(f"next: cd {folder} && tally up && tally feed sessions && tally run --bounded")


def write_project(folder: Path) -> Iterator[Path]:
    """Write the template's files, named after the folder, and give the path of each."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", folder.resolve().name).strip("-._") or "project"
    for path, text in _files(name):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
        yield target


def _files(name: str) -> Iterator[tuple[Path, str]]:
    keyspace = f"k_{name}" if name[0].isdigit() else name
    keyspace = re.sub(r"\W", "_", keyspace).lower()[:_MOST_OF_A_KEYSPACE]
    for file in sorted(_TEMPLATE.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            path = file.relative_to(_TEMPLATE)
            named = path.with_name(path.name.replace("dot_", "."))
            yield named, file.read_text("utf-8").replace("PROJECT_NAME", name).replace("KEYSPACE", keyspace)
