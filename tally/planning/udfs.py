"""Python functions: found and imported before Flink is asked to, so that what is wrong has a place and a name."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

from pyflink.table.udf import UserDefinedFunctionWrapper

from tally.errors import Span
from tally.planning.errors import UdfImportFailed, UdfNotFound

PACKAGES = ("udfs", "jobs")


def make_importable(root: Path) -> None:
    """Put the project's folder first on the import path, and forget ``udfs`` and ``jobs`` of another project."""
    place = str(root)
    if sys.path[0] != place:
        sys.path.insert(0, place)
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in PACKAGES and not _within(module, root):
            del sys.modules[name]
    importlib.invalidate_caches()


def _within(module: ModuleType, root: Path) -> bool:
    places = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
    return any(place and Path(place).is_relative_to(root) for place in places)


def check_function(name: str, path: str, span: Span) -> None:
    """Import ``path`` and check that it is a Python function of Flink.

    Args:
        name: of the function in SQL.
        path: ``module.function``.
        span: of the CREATE FUNCTION.

    Raises:
        UdfNotFound: no such module, no such attribute, or one that is no udf.
        UdfImportFailed: the module raises while it is imported.
    """
    module_name, _, attribute = path.rpartition(".")
    if not module_name:
        raise UdfNotFound(name, path, f"'{path}' names no module", (), span)
    module = _import(name, path, span)
    found = getattr(module, attribute, None)
    functions = tuple(n for n, value in vars(module).items() if isinstance(value, UserDefinedFunctionWrapper))
    if found is None:
        raise UdfNotFound(name, path, f"module '{module_name}' has no '{attribute}'", functions, span)
    if not isinstance(found, UserDefinedFunctionWrapper):
        raise UdfNotFound(name, path, f"'{path}' is not wrapped by udf(...)", functions, span)


def _import(name: str, path: str, span: Span) -> ModuleType:
    module_name = path.rpartition(".")[0]
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and f"{module_name}.".startswith(f"{error.name}."):
            raise UdfNotFound(name, path, f"there is no module '{module_name}'", (), span) from error
        raise UdfImportFailed(name, module_name, _reason(error), span) from error
    except Exception as error:
        raise UdfImportFailed(name, module_name, _reason(error), span) from error


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]
