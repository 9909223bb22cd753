"""What can be wrong with what is served: types and tables, Cassandra, Kafka. Requests: ``request_errors``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tally.errors import ProjectError, Span, TallyError, nearest, nearest_hint
from tally.serving.by_hand import compact_topic, create_topic


@dataclass(eq=False)
class UnsupportedType(ProjectError):
    """A column of a type that Cassandra cannot store.

    Attributes:
        instead: what to write instead, with ``{column}`` in the column's place.
    """

    type: str
    instead: str
    aggregate: str = ""
    column: str = ""
    span: Span | None = None

    @property
    def message(self) -> str:
        """Name the column, where known, and the type."""
        place = f"aggregate '{self.aggregate}', column '{self.column}': " if self.column else ""
        return f"{place}Cassandra cannot store {self.type}"

    @property
    def hint(self) -> str:
        """Say what to write in the query instead."""
        return f"write {self.instead.format(column=self.column or 'x')}"


@dataclass(eq=False)
class WrongTableName(ProjectError):
    """A name that Cassandra takes for no table, not even in quotes."""

    aggregate: str
    table: str
    span: Span | None = None

    @property
    def message(self) -> str:
        """Name the table."""
        return f"aggregate '{self.aggregate}': '{self.table}' cannot be the name of a Cassandra table"

    @property
    def hint(self) -> str:
        """Give the legal characters."""
        return "use 1 to 222 letters, digits and underscores in option 'cassandra.table'"


@dataclass(eq=False)
class BucketColumnTaken(ProjectError):
    """The aggregate has a column of the name that its time bucket gets."""

    aggregate: str
    column: str
    span: Span | None = None

    @property
    def message(self) -> str:
        """Name the column."""
        return f"aggregate '{self.aggregate}': column '{self.column}' has the name of its time bucket"

    @property
    def hint(self) -> str:
        """Say how to rename it."""
        return f"give the column another name: {self.column} AS ..."


@dataclass(eq=False)
class TableDiffers(ProjectError):
    """A serving table exists and is not what the aggregate needs.

    Attributes:
        differences: each in words: ``column users is missing (bigint)``.
        remedy: CQL that turns it into what is needed, or None where only a new table does.
    """

    aggregate: str
    table: str
    differences: tuple[str, ...]
    remedy: str | None
    span: Span | None = None

    @property
    def message(self) -> str:
        """Name the table and all differences."""
        return f"table {self.table} differs from aggregate '{self.aggregate}': {'; '.join(self.differences)}"

    @property
    def hint(self) -> str:
        """Give the CQL, or the command that removes the table."""
        drop = f"`tally drop {self.aggregate}` removes it with all its rows"
        return f"change it in CQL: {self.remedy} or {drop}" if self.remedy else drop


@dataclass(eq=False)
class TableMissing(TallyError):
    """Nothing was served yet."""

    aggregate: str
    table: str

    @property
    def message(self) -> str:
        """Name aggregate and table."""
        return f"aggregate '{self.aggregate}' serves nothing yet: there is no table {self.table}"

    @property
    def hint(self) -> str:
        """Name the command that fills it."""
        return "`tally run` creates and fills it"


@dataclass(eq=False)
class WrongAddress(ProjectError):
    """An address that is not host:port."""

    address: str

    @property
    def message(self) -> str:
        """Name the address."""
        return f"'{self.address}' is not an address"

    @property
    def hint(self) -> str:
        """Show the form."""
        return "write host:port, several separated by commas"


@dataclass(eq=False)
class CassandraUnreachable(TallyError):
    """No server answers CQL at the address; None: there is no address to ask."""

    address: str | None
    reason: str = ""

    @property
    def message(self) -> str:
        """Name the address."""
        if self.address is None:
            return "no Cassandra runs here, and none is configured"
        return f"no Cassandra answers at {self.address}: {self.reason}"

    @property
    def hint(self) -> str:
        """Name the command that starts one, and the setting of the address."""
        return "start it with `tally up`, or set cassandra.contact_points"


@dataclass(eq=False)
class CassandraRefusedLogin(TallyError):
    """The server wants another user name or password."""

    address: str
    username: str | None

    @property
    def message(self) -> str:
        """Name address and user, never the password."""
        user = f"the login of user '{self.username}'" if self.username else "a connection without user name"
        return f"Cassandra at {self.address} refuses {user}"

    @property
    def hint(self) -> str:
        """Name the settings."""
        return "set TALLY_CASSANDRA_USERNAME and TALLY_CASSANDRA_PASSWORD"


@dataclass(eq=False)
class UnknownDatacenter(ProjectError):
    """The server has no node in the configured data centre."""

    address: str
    name: str
    legal: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name address and data centre."""
        return f"Cassandra at {self.address} has no data centre '{self.name}'"

    @property
    def hint(self) -> str:
        """Give the names that exist."""
        return f"set cassandra.local_datacenter: {nearest_hint(self.name, self.legal)}"


@dataclass(eq=False)
class CassandraFailed(TallyError):
    """The server was reached and did not do what it was asked.

    Attributes:
        action: what was asked: ``create table tally.active_users``.
        reason: the server's words.
    """

    action: str
    reason: str

    @property
    def message(self) -> str:
        """Say what failed, and why."""
        return f"Cassandra could not {self.action}: {self.reason}"


@dataclass(eq=False)
class KafkaUnreachable(TallyError):
    """No broker answers at the address; None: there is no address to ask."""

    address: str | None
    reason: str = ""

    @property
    def message(self) -> str:
        """Name the address."""
        if self.address is None:
            return "no Kafka broker runs here, and none is configured"
        return f"no Kafka broker answers at {self.address}: {self.reason}"

    @property
    def hint(self) -> str:
        """Name the command that starts one, and the setting of the address."""
        return "start it with `tally up`, or set kafka.bootstrap_servers"


@dataclass(eq=False)
class KafkaFailed(TallyError):
    """The broker was reached and did not do what it was asked."""

    action: str
    reason: str

    @property
    def message(self) -> str:
        """Say what failed, and why."""
        return f"Kafka could not {self.action}: {self.reason}"


@dataclass(eq=False)
class TopicMissing(ProjectError):
    """A source reads a topic that does not exist.

    Attributes:
        existing: topics of the broker.
        feeds: data set by topic, for topics that `tally feed` fills.
    """

    topic: str
    source: str
    address: str
    existing: tuple[str, ...]
    feeds: Mapping[str, str]
    span: Span | None = None

    @property
    def message(self) -> str:
        """Name topic, source and broker."""
        return (
            f"source '{self.source}' reads topic '{self.topic}', which is not on the broker at {self.address}"
        )

    @property
    def hint(self) -> str:
        """Name the data set, a near topic, or the command that creates it."""
        if self.topic in self.feeds:
            return f"`tally feed {self.feeds[self.topic]}` creates and fills it"
        near = nearest(self.topic, self.existing)
        create = create_topic(self.address, self.topic)
        return f"did you mean '{near}'? Else create it: {create}" if near else f"create it: {create}"


@dataclass(eq=False)
class TargetTopicMissing(ProjectError):
    """A table of a plain INSERT writes a topic that does not exist: a producer would wait for it for a minute.

    Attributes:
        existing: topics of the broker.
    """

    topic: str
    table: str
    address: str
    existing: tuple[str, ...]
    span: Span | None = None

    @property
    def message(self) -> str:
        """Name topic, table and broker."""
        return (
            f"table '{self.table}' writes topic '{self.topic}', which is not on the broker at {self.address}"
        )

    @property
    def hint(self) -> str:
        """Name a near topic, and the command that creates it."""
        near = nearest(self.topic, self.existing)
        create = create_topic(self.address, self.topic)
        return f"did you mean '{near}'? Else create it: {create}" if near else f"create it: {create}"


@dataclass(eq=False)
class TopicNotCompacted(ProjectError):
    """A topic of results that would forget the last value of a key."""

    topic: str
    policy: str
    address: str

    @property
    def message(self) -> str:
        """Name the topic and what its policy is."""
        return f"topic '{self.topic}' has cleanup.policy={self.policy}: it would forget results"

    @property
    def hint(self) -> str:
        """Give the command that changes it."""
        return f"run {compact_topic(self.address, self.topic)}"
