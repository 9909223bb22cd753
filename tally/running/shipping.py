"""What a job takes along to a cluster that has only Flink: connectors, the project's Python functions, options."""

from __future__ import annotations

import importlib
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cloudpickle  # type: ignore[import-untyped]

from tally.planning.udfs import make_importable
from tally.running import python_calls, python_values
from tally.running.cluster import ClusterSetup

# Options of config.yaml that belong to a cluster and its machines, and not to a job.
_OF_CLUSTERS = (
    "blob.",
    "env.",
    "high-availability.",
    "io.",
    "jobmanager.",
    "metrics.",
    "rest.",
    "taskmanager.",
)
_NOT_SHIPPED = ("__pycache__",)
# The same in every archive, so that equal functions make equal archives. The earliest that a zip can hold.
_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Cargo:
    """What can be shipped.

    Attributes:
        jars: connectors and formats.
        udfs: the project's folder of Python functions, or None.
    """

    jars: Sequence[Path]
    udfs: Path | None


def jars_to_ship(cargo: Cargo, setup: ClusterSetup) -> Sequence[Path]:
    """Return the jars that go along with each job: none where the cluster's class path has all of them.

    All or none: a class path of both would load the Kafka client twice, and one of tally's classes could meet the
    other copy. Classes on the cluster's own class path are loaded once, shipped ones once a job.
    """
    return () if {jar.name for jar in cargo.jars} <= setup.jars else cargo.jars


def job_options(options: Mapping[str, str]) -> dict[str, str]:
    """Return the options of config.yaml that a job may bring with it."""
    return {key: value for key, value in options.items() if not key.startswith(_OF_CLUSTERS)}


def python_options(cargo: Cargo, setup: ClusterSetup, scratch: Path) -> dict[str, str]:
    """Return the options that make the project's Python functions importable on the task managers.

    Args:
        cargo: what can be shipped.
        setup: of the cluster.
        scratch: folder for the archive, which must live until the job is accepted.
    """
    options = {"python.executable": setup.python}
    if cargo.udfs:
        options["python.files"] = str(zipped(cargo.udfs, scratch / f"{cargo.udfs.name}.zip"))
    return options


def zipped(package: Path, archive: Path) -> Path:
    """Write a package folder into an archive that Python can import from: ``udfs/customers.py`` as it is."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for file in sorted(package.rglob("*")):
            if file.is_file() and not set(_NOT_SHIPPED) & set(file.parts):
                name = file.relative_to(package.parent).as_posix()
                target.writestr(zipfile.ZipInfo(name, _TIME), file.read_bytes())
    return archive


def ship_code(udfs: Path) -> None:
    """Let the project's Python functions travel as code, and not as names that a task manager looks up.

    A task manager imports a module once in its life, for all jobs: looked up by name, the functions of another
    project, or of this one before a change, would be called, or none be found once their job is gone. To be called
    before planning, since a function is packed when Flink first asks for it.

    Args:
        udfs: the folder. What a function names of its modules travels with it and has to be picklable.
    """
    make_importable(udfs.parent)
    # Planning says, with its place, what is wrong with a package that cannot be imported.
    with suppress(Exception):
        cloudpickle.register_pickle_by_value(importlib.import_module(udfs.name))


def pickled_calls() -> tuple[bytes, bytes]:
    """Return the classes that call scalar and table functions inside a task, as code: tally is not installed there."""
    modules = (python_values, python_calls)
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        return cloudpickle.dumps(python_calls.ScalarCalls), cloudpickle.dumps(python_calls.TableCalls)
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)
