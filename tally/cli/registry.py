"""The registry that commands ask, and the names of what it holds that no file declares any more."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tally.settings import Settings
from tally.stack import addresses

if TYPE_CHECKING:
    from tally.registry.entries import Entry
    from tally.registry.log import Registry


def registry(root: Path, settings: Settings) -> Registry:
    """Return the project's registry."""
    # Loading the driver takes longer than showing the help.
    from tally.registry.log import Registry  # noqa: PLC0415

    return Registry(addresses(root, settings).kafka, settings.registry.topic, settings.kafka)


def gone_lines(root: Path, entries: Collection[Entry]) -> Iterator[str]:
    """Yield a line for each aggregate that is served and whose file is gone."""
    for entry in entries:
        file = entry.aggregate.span.file
        if not (root / file).is_file():
            yield f"aggregate '{entry.name}' is still served, its file {file} is gone: {_removal(entry.name)}"


def orphan_lines(entries: Collection[Entry], planned: Collection[str]) -> Iterator[str]:
    """Yield a line for each aggregate that is served and that no file of the project declares."""
    for entry in entries:
        if entry.name not in planned:
            file = entry.aggregate.span.file
            yield f"aggregate '{entry.name}' is still served, {file} no longer declares it: {_removal(entry.name)}"


def _removal(name: str) -> str:
    return f"`tally drop {name}` removes what it serves"
