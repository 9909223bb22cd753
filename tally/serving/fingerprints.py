"""A fingerprint of a project's files: what is kept in ``.tally/`` of other files is as good as none."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import tally
from tally.settings import process_environment

_FOLDERS = ("sql", "jobs", "udfs")
_VARIABLE = re.compile(rb"\$\{(\w+)")


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


def _files(root: Path) -> Iterator[Path]:
    if (root / "pyproject.toml").is_file():
        yield root / "pyproject.toml"
    for folder in _FOLDERS:
        yield from sorted(
            path
            for path in (root / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
        )
