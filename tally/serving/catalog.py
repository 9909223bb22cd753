"""The catalog: planned aggregates in ``.tally/catalog.json``, so that reading starts no planner.

Whoever plans saves what was planned, with a fingerprint of the files it came from. A catalog of other files, of
another version of tally or one that cannot be read is as good as none: the project is planned again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

import tally
from tally.planning.job import Aggregate
from tally.serving.request_errors import UnknownAggregate
from tally.settings import process_environment

_FOLDERS = ("sql", "jobs", "udfs")
_VARIABLE = re.compile(rb"\$\{(\w+)")


@dataclass(frozen=True)
class Catalog:
    """Planned aggregates.

    Attributes:
        fingerprint: of the files they were planned from.
        aggregates: by no particular order; names are unique.
        is_complete: whether these are all of the project.
    """

    fingerprint: str
    aggregates: tuple[Aggregate, ...]
    is_complete: bool


_ADAPTER = TypeAdapter(Catalog)


def fingerprint(root: Path, environ: Mapping[str, str] | None = None) -> str:
    """Return a hash of all that decides on the project's aggregates.

    That is: the contents of ``sql/``, ``jobs/``, ``udfs/`` and ``pyproject.toml``, the values of the variables
    that the SQL files name, and tally's version.

    Args:
        root: the project's folder.
        environ: variables; None: those of this process.
    """
    variables = process_environment() if environ is None else environ
    digest = hashlib.sha256(f"tally {tally.__version__}".encode())
    for path in _files(root):
        content = path.read_bytes()
        digest.update(f"\n{path.relative_to(root).as_posix()} {len(content)}\n".encode())
        digest.update(content)
        names = sorted({name.decode() for name in _VARIABLE.findall(content)})
        digest.update(repr([(name, variables.get(name)) for name in names]).encode())
    return digest.hexdigest()


def save_catalog(root: Path, aggregates: tuple[Aggregate, ...], of: str, *, is_complete: bool = True) -> None:
    """Keep planned aggregates.

    Args:
        root: the project's folder.
        aggregates: of the whole project, or of some of its files: those are added to what is known of the rest.
        of: ``fingerprint(root)`` from before they were planned.
        is_complete: whether they are of the whole project.
    """
    known = load_catalog(root)
    if not is_complete and known is not None and known.fingerprint == of:
        names = {aggregate.name for aggregate in aggregates}
        aggregates += tuple(aggregate for aggregate in known.aggregates if aggregate.name not in names)
        is_complete = known.is_complete
    path = _path(root)
    path.parent.mkdir(exist_ok=True)
    scratch = path.with_suffix(".new")
    scratch.write_bytes(_ADAPTER.dump_json(Catalog(of, aggregates, is_complete), indent=1))
    scratch.replace(path)


def load_catalog(root: Path) -> Catalog | None:
    """Return the catalog, of whichever files it is; None where there is none that can be read."""
    path = _path(root)
    if not path.is_file():
        return None
    try:
        return _ADAPTER.validate_json(path.read_bytes())
    except ValidationError:
        return None  # of another version of tally, or broken: planning again replaces it


def find_aggregate(root: Path, name: str, plan: Callable[[], tuple[Aggregate, ...]]) -> Aggregate:
    """Return the aggregate of this name, from the catalog where that is up to date.

    Args:
        root: the project's folder.
        name: of the aggregate.
        plan: plans the whole project; called only when the catalog cannot tell.

    Raises:
        UnknownAggregate: the project has none of this name.
    """
    present = fingerprint(root)
    catalog = load_catalog(root)
    if catalog is None or catalog.fingerprint != present or not (catalog.is_complete or _find(catalog, name)):
        save_catalog(root, plan(), present)
        catalog = load_catalog(root)
    assert catalog is not None
    found = _find(catalog, name)
    if found is None:
        raise UnknownAggregate(name, tuple(sorted(aggregate.name for aggregate in catalog.aggregates)))
    return found


def _find(catalog: Catalog, name: str) -> Aggregate | None:
    return next((aggregate for aggregate in catalog.aggregates if aggregate.name == name), None)


def _path(root: Path) -> Path:
    return root / ".tally" / "catalog.json"


def _files(root: Path) -> Iterator[Path]:
    if (root / "pyproject.toml").is_file():
        yield root / "pyproject.toml"
    for folder in _FOLDERS:
        yield from sorted(
            path
            for path in (root / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
        )
