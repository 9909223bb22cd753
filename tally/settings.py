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
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from tally.errors import ProjectError, nearest_hint

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PREFIX = "TALLY_"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KafkaSettings(_Section):
    """Where events come from and results go to."""

    bootstrap_servers: str | None = Field(
        default=None, description="host:port, several by comma; unset: the broker that `tally up` started"
    )
    partitions: int = Field(default=4, ge=1, description="partitions of the topics that tally creates")
    replication_factor: int = Field(default=1, ge=1, description="replicas of the topics that tally creates")


class CassandraSettings(_Section):
    """Where results are served."""

    contact_points: str | None = Field(
        default=None, description="host:port, several by comma; unset: the server that `tally up` started"
    )
    local_datacenter: str = Field(default="datacenter1", description="the data centre to read and write in")
    keyspace: str = Field(default="tally", description="keyspace of the serving tables, created when missing")
    replication_factor: int = Field(
        default=1, ge=1, description="replicas, for a keyspace that tally creates"
    )
    username: str | None = Field(default=None, description="user name, where the server asks for one")
    password: SecretStr | None = Field(default=None, description="password, where the server asks for one")
    consistency_level: str = Field(default="LOCAL_QUORUM", description="of reads and writes")


class FlinkSettings(_Section):
    """How jobs run."""

    rest_address: str | None = Field(
        default=None,
        description="host:port of a cluster's REST API; unset: the one `tally up --flink` started",
    )
    parallelism: int = Field(default=1, ge=1, description="parallel tasks of each operator")
    checkpoint_interval: str = Field(
        default="10 s", description="time between checkpoints, as a Flink duration"
    )


class StackSettings(_Section):
    """The Kafka, Cassandra and Flink cluster that `tally up` starts on this machine."""

    kafka_port: int = Field(default=0, ge=0, le=65535, description="Kafka's port; 0: a free one, then kept")
    cassandra_port: int = Field(default=0, ge=0, le=65535, description="CQL port; 0: a free one, then kept")
    flink_port: int = Field(
        default=0, ge=0, le=65535, description="Flink's REST port; 0: a free one, then kept"
    )
    kafka_memory: str = Field(default="512m", pattern=r"^\d+[mg]$", description="heap of Kafka")
    cassandra_memory: str = Field(default="1g", pattern=r"^\d+[mg]$", description="heap of Cassandra")


class Settings(_Section):
    """All settings of one project in one environment."""

    environment: str = Field(default="local", description="which [tool.tally.environments.NAME] holds")
    kafka: KafkaSettings = KafkaSettings()
    cassandra: CassandraSettings = CassandraSettings()
    flink: FlinkSettings = FlinkSettings()
    stack: StackSettings = StackSettings()


@dataclass(eq=False)
class UnknownSetting(ProjectError):
    """A key of [tool.tally], or a TALLY_* variable, that does not exist."""

    origin: str
    key: str
    legal: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name the key and where it stands."""
        return f"{self.origin}: unknown setting '{self.key}'"

    @property
    def hint(self) -> str:
        """Give the nearest legal key."""
        return nearest_hint(self.key, self.legal)


@dataclass(eq=False)
class WrongSetting(ProjectError):
    """A setting whose value has the wrong type or range; the value itself is never shown."""

    origin: str
    key: str
    reason: str

    @property
    def message(self) -> str:
        """Name the key and where it stands."""
        return f"{self.origin}: setting '{self.key}': {self.reason}"


def process_environment() -> Mapping[str, str]:
    """Return the variables of this process, for the rooms that hand them to child processes or substitute."""
    return os.environ


def load_settings(root: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of the project at ``root``.

    Args:
        root: folder of pyproject.toml; a missing file, or one without [tool.tally], means all defaults.
        environ: variables to apply; None: those of this process.

    Raises:
        UnknownSetting: a key or TALLY_* variable that does not exist.
        WrongSetting: a value of the wrong type or range.
    """
    variables = process_environment() if environ is None else environ
    table = _table_of(root / "pyproject.toml")
    environments = table.pop("environments", {})
    name = variables.get(f"{PREFIX}ENVIRONMENT", table.get("environment", "local"))
    if environments and name not in environments and name != "local":
        raise UnknownSetting("pyproject.toml [tool.tally.environments]", name, tuple(environments))
    layers = [
        ("pyproject.toml [tool.tally]", table),
        (f"pyproject.toml [tool.tally.environments.{name}]", environments.get(name, {})),
    ]
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, layer in layers:
        for path, value in _leaves(layer):
            _set(values, origins, (origin, path, value))
    for variable, path in _variables(variables):
        _set(values, origins, (variable, path, variables[variable]))
    values["environment"] = name
    return _validated(values, origins)


def project_name(root: Path) -> str:
    """Return the name that pyproject.toml gives the project, else that of its folder."""
    name = _document_of(root / "pyproject.toml").get("project", {}).get("name")
    return name if isinstance(name, str) else root.resolve().name


def setting_paths() -> dict[str, str]:
    """Return every setting, dotted, with its description: ``{'kafka.partitions': '...'}``."""
    paths = {"environment": str(Settings.model_fields["environment"].description)}
    for section, field in Settings.model_fields.items():
        model = field.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            paths |= {f"{section}.{key}": str(leaf.description) for key, leaf in model.model_fields.items()}
    return paths


def _table_of(pyproject: Path) -> dict[str, Any]:
    return dict(_document_of(pyproject).get("tool", {}).get("tally", {}))


def _document_of(pyproject: Path) -> dict[str, Any]:
    if not pyproject.is_file():
        return {}
    try:
        return tomllib.loads(pyproject.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise WrongSetting("pyproject.toml", "[tool.tally]", f"not valid TOML: {error}") from error


def _leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _variables(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    legal = {PREFIX + path.replace(".", "_").upper(): path for path in setting_paths()}
    for variable in sorted(name for name in environ if name.startswith(PREFIX)):
        if variable not in legal:
            raise UnknownSetting("environment variable", variable, tuple(legal))
        yield variable, legal[variable]


def _set(values: dict[str, Any], origins: dict[str, str], entry: tuple[str, str, Any]) -> None:
    origin, path, value = entry
    if path not in setting_paths():
        raise UnknownSetting(origin, path, tuple(setting_paths()))
    origins[path] = origin
    section, _, key = path.rpartition(".")
    (values.setdefault(section, {}) if section else values)[key] = value


def _validated(values: dict[str, Any], origins: dict[str, str]) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        path = ".".join(str(part) for part in first["loc"])
        raise WrongSetting(origins.get(path, "default"), path, first["msg"].lower()) from error
