"""Settings: ``[tool.tally]`` of pyproject.toml, per environment, overridden by ``TALLY_*`` variables.

In: pyproject.toml and the process environment. Out: one frozen, typed ``Settings``. The only module that
reads ``os.environ``. Example::

    [tool.tally]
    environment = "local"                      # used unless TALLY_ENVIRONMENT says otherwise
    [tool.tally.kafka]
    partitions = 4                             # holds in every environment
    [tool.tally.environments.production.kafka]
    bootstrap_servers = "kafka-1:9092,kafka-2:9092"

``TALLY_KAFKA_BOOTSTRAP_SERVERS`` overrides both. Passwords print as ``**********``.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tally.errors import Span
from tally.settings_errors import NotToml, UnknownEnvironment, UnknownSetting, WrongSetting
from tally.settings_model import (
    LOCAL,
    PREFIX,
    AccountSettings,
    CassandraSettings,
    FlinkSettings,
    KafkaSettings,
    RegistrySettings,
    Settings,
    StackSettings,
    setting_paths,
    setting_sections,
    variable_of,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = [
    "AccountSettings",
    "CassandraSettings",
    "FlinkSettings",
    "KafkaSettings",
    "NotToml",
    "RegistrySettings",
    "Settings",
    "StackSettings",
    "UnknownEnvironment",
    "UnknownSetting",
    "WrongSetting",
    "load_settings",
    "process_environment",
    "project_name",
    "setting_paths",
    "variable_of",
]

PYPROJECT = "pyproject.toml"


def process_environment() -> Mapping[str, str]:
    """Return the variables of this process, for the rooms that hand them to child processes or substitute."""
    return os.environ


def load_settings(root: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of the project at ``root``.

    Args:
        root: folder of pyproject.toml; a missing file, or one without [tool.tally], means all defaults.
        environ: variables to apply; None: those of this process.

    Raises:
        UnknownSetting: a key or TALLY_* variable that does not exist, also in an environment not in use.
        UnknownEnvironment: TALLY_ENVIRONMENT, or the file, asks for one that does not exist.
        WrongSetting: a value of the wrong type or range.
        NotToml: pyproject.toml cannot be read.
    """
    variables = process_environment() if environ is None else environ
    table = dict(_table(_document_of(root / PYPROJECT), "tool", "tally"))
    environments = _table(table, "environments")
    table.pop("environments", None)
    shared = list(_entries(f"{PYPROJECT} [tool.tally]", table, tuple(setting_paths())))
    named = {name: list(_environment_entries(environments, name)) for name in environments}
    chosen = list(_variables(variables))
    environment = _environment([*shared, *chosen], (LOCAL, *(name for name in named if name != LOCAL)))
    return _validated([*shared, *named.get(environment, ()), *chosen])


def project_name(root: Path) -> str:
    """Return the name that pyproject.toml gives the project, else that of its folder."""
    name = _table(_document_of(root / PYPROJECT), "project").get("name")
    return name if isinstance(name, str) else root.resolve().name


@dataclass(frozen=True)
class _Entry:
    """One value as somebody wrote it; ``origin`` says where."""

    origin: str
    path: str
    value: Any


def _document_of(pyproject: Path) -> dict[str, Any]:
    if not pyproject.is_file():
        return {}
    try:
        return tomllib.loads(pyproject.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise NotToml("not UTF-8 text", Span(PYPROJECT, 1, 1)) from error
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(str(error)) from error


def _not_toml(text: str) -> NotToml:
    # The parser says the place in words: "... (at line 3, column 5)", or "(at end of document)".
    match = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", text)
    if match is None:
        return NotToml(_lower_first(text), Span(PYPROJECT, 1, 1))
    return NotToml(_lower_first(match[1]), Span(PYPROJECT, int(match[2]), int(match[3])))


def _table(document: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """Return the table at ``path``; an empty one where there is none."""
    table: Any = document
    for key in path:
        table = table.get(key, {})
        if not isinstance(table, Mapping):
            raise WrongSetting(PYPROJECT, key, "input should be a table")
    return table  # type: ignore[no-any-return]


def _environment_entries(environments: Mapping[str, Any], name: str) -> Iterator[_Entry]:
    legal = tuple(path for path in setting_paths() if path != "environment")
    origin = f"{PYPROJECT} [tool.tally.environments.{name}]"
    return _entries(origin, _table(environments, name), legal)


def _entries(origin: str, table: Mapping[str, Any], legal: tuple[str, ...]) -> Iterator[_Entry]:
    for path, value in _leaves(table):
        if path in setting_sections() and not isinstance(value, Mapping):
            raise WrongSetting(origin, path, "input should be a table")
        if path not in legal:
            raise UnknownSetting(origin, path, (*legal, *setting_sections()))
        yield _Entry(origin, path, value)


def _leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping) and (value or key in setting_sections()):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _variables(environ: Mapping[str, str]) -> Iterator[_Entry]:
    legal = {variable_of(path): path for path in setting_paths()}
    for variable in sorted(name for name in environ if name.startswith(PREFIX)):
        if variable not in legal:
            raise UnknownSetting("environment variable", variable, tuple(legal))
        yield _Entry(variable, legal[variable], environ[variable])


def _environment(entries: list[_Entry], legal: tuple[str, ...]) -> str:
    for entry in reversed(entries):
        if entry.path == "environment":
            if entry.value not in legal:
                raise UnknownEnvironment(entry.origin, str(entry.value), legal)
            return str(entry.value)
    return LOCAL


def _validated(entries: list[_Entry]) -> Settings:
    """Build the settings; of two entries for one setting the later wins."""
    values: dict[str, Any] = {}
    origins = {entry.path: entry.origin for entry in entries}
    for entry in entries:
        section, _, key = entry.path.rpartition(".")
        (values.setdefault(section, {}) if section else values)[key] = entry.value
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        path = ".".join(str(part) for part in first["loc"][:2])
        raise WrongSetting(origins[path], path, _lower_first(first["msg"])) from error
    settings._origins = origins
    return settings


def _lower_first(text: str) -> str:
    text = text.removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def set_process_variables(variables: Mapping[str, str]) -> None:
    """Set variables of this process, for the JVM that PyFlink starts and that reads them."""
    os.environ.update(variables)
