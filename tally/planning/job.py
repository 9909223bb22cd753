"""The Job: everything that Flink will run for one file, as frozen data.

``run``, ``explain`` and ``submit`` read the same Job. It holds no connection options and no secrets: those
are added from the settings when the Job is handed to Flink.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from tally.errors import Span
from tally.planning.plan import Plan


@dataclass(frozen=True)
class Column:
    """A column of an aggregate or a source.

    Attributes:
        name: as written; compare case-sensitively.
        type: Flink SQL type without nullability, e.g. ``DECIMAL(10, 2)`` or ``TIMESTAMP(3)``.
        nullable: whether NULL may stand in it.
    """

    name: str
    type: str
    nullable: bool

    @property
    def is_time(self) -> bool:
        """Whether it holds a moment: ``TIMESTAMP(p)`` or ``TIMESTAMP_LTZ(p)``."""
        return self.type.startswith("TIMESTAMP")


@dataclass(frozen=True)
class Window:
    """The window of a windowed aggregate.

    Attributes:
        kind: tumbling, hopping, cumulating or session.
        step: time between two results of one group (size of a tumbling window, slide of a hopping one,
            step of a cumulating one, gap of a session).
        ends_after: the column that it is known of holds its bound, and the window ends that much later: not at all
            where that is its end; None where the column does not tell.
    """

    kind: Literal["tumbling", "hopping", "cumulating", "session"]
    step: timedelta
    ends_after: timedelta | None = field(default=None, compare=False)


@dataclass(frozen=True)
class WindowEnd:
    """How a row of a windowed aggregate tells when its window ends.

    Attributes:
        column: that holds a bound of the window.
        after: the window ends that much later.
    """

    column: str
    after: timedelta


@dataclass(frozen=True)
class Bucket:
    """A time bucket in a partition key, so that no partition grows without bound.

    Attributes:
        source: the time column of the key that it is computed from.
        width: its length; the value is ``floor(epoch_ms(source) / width) * width``, a CQL timestamp.
        column: its name in the serving table.
    """

    source: str
    width: timedelta
    column: str = "bucket"


@dataclass(frozen=True)
class Clustering:
    """One clustering column of a serving table."""

    column: str
    order: Literal["ASC", "DESC"]


@dataclass(frozen=True)
class CassandraSink:
    """An aggregate served from a Cassandra table (the keyspace is a setting).

    Attributes:
        table: name of the serving table.
        partition_key: columns of the aggregate's key; the bucket, where there is one, follows them.
        clustering: the other key columns, in order.
        bucket: the time bucket, or None.
        max_row_bytes: of the largest row that it takes; None for what Cassandra takes by default.
    """

    table: str
    partition_key: tuple[str, ...]
    clustering: tuple[Clustering, ...]
    bucket: Bucket | None = None
    max_row_bytes: int | None = None


@dataclass(frozen=True)
class KafkaSink:
    """An aggregate's changelog on an upsert topic.

    Attributes:
        topic: its name, created compacted when missing.
        key_format: Flink format of the record key: the primary key columns.
        value_format: Flink format of the value; ``raw`` holds the one column outside the key.
        delivery: ``at-least-once`` (idempotent by key) or ``exactly-once``.
        max_record_bytes: of the largest record that it takes; None for Kafka's own defaults.
    """

    topic: str
    key_format: str = "json"
    value_format: str = "json"
    delivery: str = "at-least-once"
    max_record_bytes: int | None = None


Sink = CassandraSink | KafkaSink
_NO_TOPIC = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True)
class Source:
    """A table over a Kafka topic.

    Attributes:
        name: of the table.
        topic: that it reads; empty for a table of another connector.
        columns: in order, metadata and computed ones included.
        span: where it is declared.
        watermark: its expression in SQL; empty where there is none.
        is_routed: whether its dead letters are routed; where not, a record that is no row stops the job.
        clock_delay: how far its time stays behind the present where it goes on by the clock, as it is written; empty
            where it does not.
    """

    name: str
    topic: str
    columns: tuple[Column, ...]
    span: Span
    watermark: str = ""
    is_routed: bool = False
    clock_delay: str = ""

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that it reads; none where they are given by a pattern."""
        return tuple(filter(None, self.topic.split(";")))

    @property
    def late_topic(self) -> str:
        """The topic of its late rows: which of several topics a row was in, a query does not know."""
        return f"{self.topics[0] if self.topics else self.name}.late"


def refused_topic(aggregate: str) -> str:
    """Return the topic of an aggregate's rows that a sink cannot hold."""
    return f"{_NO_TOPIC.sub('-', aggregate)}.refused"


MAX_SHARE = 0.05
"""Of refused rows among the last ones, above which a job stops, unless the aggregate says another."""


@dataclass(frozen=True)
class Aggregate:
    """One keyed result that is kept up to date.

    Attributes:
        name: of the aggregate.
        comment: the question that it answers.
        columns: of the result, in order.
        key: its primary key, a unique key of the result.
        sinks: where it is served.
        window: of its time key, where the result is windowed.
        span: where it is declared.
        max_refused: share of refused rows among the last ones, above which its job stops for good.
        sql: its statement as it is written, variables by their names; of a Table API job its function.
        window_end: how its rows tell when their windows end; None where they do not, or have none.
    """

    name: str
    comment: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    sinks: tuple[Sink, ...]
    window: Window | None
    span: Span
    max_refused: float = MAX_SHARE
    sql: str = field(default="", compare=False)
    window_end: WindowEnd | None = field(default=None, compare=False)

    @property
    def refused_topic(self) -> str:
        """The topic of its rows that a sink cannot hold."""
        return refused_topic(self.name)

    @property
    def cassandra(self) -> CassandraSink | None:
        """Its Cassandra sink, or None."""
        return next((sink for sink in self.sinks if isinstance(sink, CassandraSink)), None)

    @property
    def kafka(self) -> KafkaSink | None:
        """Its Kafka sink, or None."""
        return next((sink for sink in self.sinks if isinstance(sink, KafkaSink)), None)


@dataclass(frozen=True)
class Function:
    """A Python function that the job calls.

    Attributes:
        name: as called in SQL.
        path: ``module.function``, importable from the project's folder.
        statement: the CREATE FUNCTION, as Flink takes it.
    """

    name: str
    path: str
    statement: str


@dataclass(frozen=True)
class Gate:
    """One input of an operator that would drop late rows, which go to the topic ``<source topic>.late`` instead.

    Attributes:
        node: of the plan.
        input: of the node, from 0.
        kind: of the row's windows; ``attached``: its one window stands in its columns; ``moment``: it is late once the
            watermark has reached its event time.
        time: column of the event time, or of an attached window's end.
        start: column of an attached window's start; -1 for none.
        size: of a window; of a cumulating one the greatest, of a session the gap.
        step: from one window to the next; of tumbling windows and sessions the size.
        offset: of the first window from the epoch.
        feeds: aggregates, and tables of plain INSERT statements, that the node feeds.
        source: table that the event time comes from.
        identity: columns of partition and offset, or of topic, partition and offset, of the record that the row was;
            empty where a row is not one record.
    """

    node: int
    input: int
    kind: Literal["tumbling", "hopping", "cumulating", "session", "attached", "moment"]
    time: int
    start: int = -1
    size: timedelta = timedelta(0)
    step: timedelta = timedelta(0)
    offset: timedelta = timedelta(0)
    feeds: tuple[str, ...] = ()
    source: str = ""
    identity: tuple[int, ...] = ()

    @property
    def meter(self) -> str:
        """Id of it in the job's account."""
        return f"gate-{self.node}-{self.input}"


@dataclass(frozen=True)
class Read:
    """Where the records of a source come in.

    Attributes:
        source: name of its table.
        node: of the plan.
        topic: column of a record's topic; -1 where it is not there.
        partition: column of its partition; -1 likewise.
        letter: column of its dead letter.
        letters: the node behind it that wants dead letters alone, all others wanting rows alone; -1: both come to one.
    """

    source: str
    node: int
    topic: int
    partition: int
    letter: int
    letters: int

    @property
    def meter(self) -> str:
        """Id of its meter."""
        return f"read-{self.node}"


@dataclass(frozen=True)
class Count:
    """An aggregation that counts its rows.

    Attributes:
        node: of the aggregation; of the second step where there are two.
        column: of the count in what it puts out.
        partial: of the count in what the first step puts out; -1 where there is one step.
        window_end: of the window's end in what the first step puts out; -1 where there is one step, or no window.
        behind: the projection behind it, which hides the count.
        closes: whether it puts out a window once, when it closes; else each result anew with every change.
        versions: whether what is behind it wants the former version of a row that has changed.
        repeats: whether it puts out rows that have not changed, as it does where state expires.
    """

    node: int
    column: int
    partial: int
    window_end: int
    behind: int
    closes: bool
    versions: bool
    repeats: bool


@dataclass(frozen=True)
class Account:
    """A place where rows of sources enter an aggregation, or another operator that does not just hand them on.

    Attributes:
        node: of the plan; of the first step where there are two.
        input: of the node, from 0.
        place: name of the operator that counts the rows, or else takes them.
        sources: whose rows come in there, and over how many ways: a row may come twice.
        filters: whether a condition stands on the way.
        feeds: aggregates, and tables of plain INSERT statements, that the node feeds.
        gate: ahead of it, if any.
        count: of the aggregation that counts its rows; None for other operators, which account for what enters.
    """

    node: int
    input: int
    place: str
    sources: tuple[tuple[str, int], ...]
    filters: bool
    feeds: tuple[str, ...]
    gate: Gate | None = None
    count: Count | None = None

    @property
    def entry(self) -> str:
        """Id of the meter ahead of it."""
        return f"entry-{self.node}-{self.input}"

    @property
    def door(self) -> str | None:
        """Id of the meter right ahead of an operator that counts rows, or drops late ones; others have none."""
        return f"door-{self.node}-{self.input}" if self.count or self.gate else None

    @property
    def tap(self) -> str | None:
        """Id of the meter behind it."""
        return f"tap-{self.count.node}" if self.count else None


@dataclass(frozen=True)
class Guard:
    """Where the rows of an aggregate are judged: ahead of its sinks, which read one result.

    Attributes:
        aggregate: whose rows they are.
        nodes: of its sinks in the plan, in the aggregate's order.
    """

    aggregate: Aggregate
    nodes: tuple[int, ...]

    @property
    def meter(self) -> str:
        """Id of it in the job's account."""
        return f"guard-{self.nodes[0]}"


@dataclass(frozen=True)
class Job:
    """What Flink runs for one file of ``sql/aggregates`` or one module of ``jobs``.

    Attributes:
        name: the file's name without its ending.
        file: relative to the project.
        sources: the source tables that it reads.
        views: names of the views that it reads.
        functions: the Python functions that it calls.
        aggregates: what it keeps up to date.
        tables: names of tables that plain INSERT statements write.
        options: what SET statements of the file say.
        plan: Flink's compiled plan.
        gates: where late rows leave the plan.
        reads: where records come in.
        accounts: where each of them is to be found again.
        guards: where the rows of its aggregates are judged.
        fingerprints: by aggregate (and plain table): a hash of what feeds it; a checkpoint fits while all are equal.
        steps: by the same names: how Flink describes what feeds it, inputs first.
    """

    name: str
    file: str
    sources: tuple[Source, ...]
    views: tuple[str, ...]
    functions: tuple[Function, ...]
    aggregates: tuple[Aggregate, ...]
    tables: tuple[str, ...]
    options: Mapping[str, str]
    plan: Plan
    fingerprints: Mapping[str, str]
    gates: tuple[Gate, ...] = ()
    reads: tuple[Read, ...] = ()
    accounts: tuple[Account, ...] = ()
    guards: tuple[Guard, ...] = ()
    steps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
