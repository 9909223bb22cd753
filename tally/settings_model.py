"""What can be set: every setting with its type, default and meaning, in one place."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, SecretStr
from pydantic.fields import FieldInfo

PREFIX = "TALLY_"

# The environment that is there without being declared.
LOCAL = "local"


def _written_as(pattern: str, advice: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(advice)
        return value

    return AfterValidator(check)


def _no_truth_value(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("input should be a valid integer")
    return value


def _within_a_transaction(value: str) -> str:
    """Refuse checkpoints so far apart that no transaction lasts from one to the next."""
    number, unit = re.findall(r"\d+|[a-z]+", value)
    if int(number) * _SECONDS[unit if unit == "ms" else unit[0]] >= TRANSACTION_MINUTES * 60:
        raise ValueError(
            f"write less than {TRANSACTION_MINUTES} min: Kafka ends a transaction that is open for longer, "
            "and dead letters and accounts are written in one from checkpoint to checkpoint"
        )
    return value


_ADDRESS = r"(\[[0-9a-fA-F:]+\]|[^\s:,\[\]/]+):\d{1,5}"
_UNIT = "ms|s|sec|seconds?|m|min|minutes?|h|hours?|d|days?"
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600, "d": 86_400}

TRANSACTION_MINUTES = 15
"""How long a Kafka transaction may be open: Kafka's default, and the longest that a broker allows by default."""

Address = Annotated[str, _written_as(_ADDRESS, "write host:port")]
Addresses = Annotated[
    str, _written_as(rf"{_ADDRESS}(\s*,\s*{_ADDRESS})*", "write host:port, several by comma")
]
Memory = Annotated[str, _written_as(r"[1-9]\d*[mg]", "write a number and m or g: 512m, 2g")]
Duration = Annotated[
    str, _written_as(rf"[1-9]\d*\s*({_UNIT})", "write a number and a unit: 500 ms, 10 s, 1 min")
]
CheckpointInterval = Annotated[Duration, AfterValidator(_within_a_transaction)]
Topic = Annotated[
    str,
    _written_as(
        r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}", "write 1 to 249 letters, digits, dots, underscores and hyphens"
    ),
]
CommitLog = Literal["periodic", "batch"]
Consistency = Literal["ONE", "TWO", "THREE", "QUORUM", "ALL", "LOCAL_QUORUM", "EACH_QUORUM", "LOCAL_ONE"]


# pydantic takes true for 1.
Whole = Annotated[int, BeforeValidator(_no_truth_value)]


class _Section(BaseModel):
    # A wrong value may be a password: pydantic's own errors, which ours carry as their cause, hide it too.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class KafkaSettings(_Section):
    """Where events come from and results go to."""

    bootstrap_servers: Addresses | None = Field(
        default=None, description="host:port, several by comma; unset: the broker that `tally up` started"
    )
    partitions: Whole = Field(default=4, ge=1, description="partitions of the topics that tally creates")
    replication_factor: Whole = Field(
        default=1, ge=1, description="replicas of the topics that tally creates"
    )
    dead_letter_days: Whole = Field(
        default=30,
        ge=1,
        description="days that dead letters, late rows and refused rows are kept, in topics that tally creates",
    )


class CassandraSettings(_Section):
    """Where results are served."""

    contact_points: Addresses | None = Field(
        default=None, description="host:port, several by comma; unset: the server that `tally up` started"
    )
    local_datacenter: str = Field(default="datacenter1", description="the data centre to read and write in")
    keyspace: str = Field(default="tally", description="keyspace of the serving tables, created when missing")
    replication_factor: Whole = Field(
        default=1, ge=1, description="replicas, for a keyspace that tally creates"
    )
    username: str | None = Field(default=None, description="user name, where the server asks for one")
    password: SecretStr | None = Field(default=None, description="password, where the server asks for one")
    consistency_level: Consistency = Field(
        default="LOCAL_QUORUM", description=f"of reads and writes: {', '.join(get_args(Consistency))}"
    )


class FlinkSettings(_Section):
    """How jobs run."""

    rest_address: Address | None = Field(
        default=None,
        description="host:port of a cluster's REST API; unset: the one `tally up --flink` started",
    )
    parallelism: Whole = Field(default=1, ge=1, description="parallel tasks of each operator")
    checkpoint_interval: CheckpointInterval = Field(
        default="10 s", description="time between checkpoints, as a Flink duration below 15 min"
    )
    memory: Memory = Field(default="1g", description="heap of the mini-cluster of `tally run`")


class AccountSettings(_Section):
    """What became of every record that was read: see [accounting](accounting.md)."""

    topic: Topic = Field(
        default="tally-account",
        description="topic of the jobs' accounts, created when missing; projects with jobs of the same names "
        "on one broker need one each",
    )


class RegistrySettings(_Section):
    """What is deployed: see [the registry](registry.md)."""

    topic: Topic = Field(
        default="tally-registry",
        description="topic of what is deployed, created when missing; projects of the same name on one broker "
        "need one each",
    )


class StackSettings(_Section):
    """The Kafka, Cassandra and Flink cluster that `tally up` starts on this machine."""

    kafka_port: Whole = Field(default=0, ge=0, le=65535, description="Kafka's port; 0: a free one, then kept")
    cassandra_port: Whole = Field(default=0, ge=0, le=65535, description="CQL port; 0: a free one, then kept")
    flink_port: Whole = Field(
        default=0, ge=0, le=65535, description="Flink's REST port; 0: a free one, then kept"
    )
    kafka_memory: Memory = Field(default="512m", description="heap of Kafka")
    cassandra_memory: Memory = Field(default="1g", description="heap of Cassandra")
    cassandra_commit_log: CommitLog = Field(
        default="periodic",
        description="when a write is acknowledged: periodic: before it is on the disk, so that a killed server loses "
        "the last instant; batch: after, which is slower",
    )


class Settings(_Section):
    """All settings of one project in one environment."""

    environment: str = Field(default=LOCAL, description="which [tool.tally.environments.NAME] holds")
    kafka: KafkaSettings = KafkaSettings()
    cassandra: CassandraSettings = CassandraSettings()
    flink: FlinkSettings = FlinkSettings()
    account: AccountSettings = AccountSettings()
    registry: RegistrySettings = RegistrySettings()
    stack: StackSettings = StackSettings()
    _origins: dict[str, str] = PrivateAttr(default_factory=dict)

    def origin(self, path: str) -> str:
        """Return where the value of ``kafka.partitions`` comes from: a TALLY_* variable, a table, or ``default``."""
        return self._origins.get(path, "default")


def setting_paths() -> dict[str, str]:
    """Return every setting, dotted, with its description: ``{'kafka.partitions': '...'}``."""
    return {path: str(field.description) for path, field in setting_fields().items()}


def setting_fields() -> dict[str, FieldInfo]:
    """Return every setting, dotted, with its field, which knows type, default and description."""
    fields = {"environment": Settings.model_fields["environment"]}
    for section, model in setting_sections().items():
        fields |= {f"{section}.{key}": field for key, field in model.model_fields.items()}
    return fields


def setting_sections() -> dict[str, type[BaseModel]]:
    """Return the sections of the settings by name, each with its model."""
    return {
        name: field.annotation
        for name, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }


def variable_of(path: str) -> str:
    """Return the variable that overrides a setting: ``kafka.partitions`` -> ``TALLY_KAFKA_PARTITIONS``."""
    return PREFIX + path.replace(".", "_").upper()
