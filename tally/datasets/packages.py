"""Data files inside installed packages, found without importing these: both need packages that are not there."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from tally.datasets.errors import DataPackageMissing


def package_file(package: str, path: str) -> Path:
    """Return the file ``path`` of an installed package.

    Raises:
        DataPackageMissing: the package, or the file in it, is not there.
    """
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        file = Path(folder, path)
        if file.is_file():
            return file
    raise DataPackageMissing(package, path)
