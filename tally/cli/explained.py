"""A Job as text: what is read, what is computed under which key, where it is served, and Flink's plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from tally.planning.job import Aggregate, CassandraSink, Column, Job, KafkaSink, Source, Window
from tally.planning.options import duration
from tally.serving.flink_types import may_hold_nulls
from tally.serving.tables import serving_table
from tally.serving.topics import dead_topic


def explain(job: Job, keyspace: str) -> str:
    """Return a Job as text.

    Args:
        job: the job.
        keyspace: of its serving tables.

    Raises:
        UnsupportedType, WrongTableName, BucketColumnTaken, ProjectErrors: Cassandra cannot serve an aggregate.
    """
    blocks = [
        [f"job {job.name}: {job.file}", *_settings(job)],
        *(_source(source) for source in job.sources),
        _used(job),
        *(
            [*_aggregate(aggregate, keyspace), *_late(aggregate, job), _refused(aggregate)]
            for aggregate in job.aggregates
        ),
        ["plan", *_indented(job.plan.tree())],
    ]
    return "\n\n".join("\n".join(block) for block in map(list, blocks) if block) + "\n"


def _settings(job: Job) -> Iterator[str]:
    for name, value in job.options.items():
        yield f"  SET '{name}' = '{value}'"


def _source(source: Source) -> Iterator[str]:
    yield f"source {source.name}: {f'topic {source.topic}, ' if source.topic else ''}{source.span}"
    yield from _indented(_columns(source.columns, ()))
    if source.watermark:
        yield f"  watermark: {source.watermark}"
        yield from _clock(source)
    if source.is_routed:
        yield f"  dead letters: topic {', '.join(map(dead_topic, source.topics)) or '<its topic>.dead'}"
    elif source.topic:
        yield "  dead letters: none; a record that cannot be decoded stops the job"


def _clock(source: Source) -> Iterator[str]:
    if source.clock_delay:
        behind = f"at least {source.clock_delay} behind"
        yield f"  clock: where a partition is read to its end, event time goes on, {behind}"
    elif source.is_routed:
        yield "  clock: off; only newer events close windows"


def _used(job: Job) -> list[str]:
    views = [f"view {view}" for view in job.views]
    functions = [f"function {function.name}: {function.path}" for function in job.functions]
    return [*views, *functions, *(f"table {table}" for table in job.tables)]


def _aggregate(aggregate: Aggregate, keyspace: str) -> Iterator[str]:
    comment = " ".join(aggregate.comment.split())
    yield f"aggregate {aggregate.name}: {comment}" if comment else f"aggregate {aggregate.name}"
    yield from _indented(_columns(aggregate.columns, aggregate.key))
    yield f"  key: {', '.join(aggregate.key)}"
    if aggregate.window:
        yield f"  window: {_window(aggregate.window)}"
    yield from _indented(chain.from_iterable(_sink(aggregate, sink, keyspace) for sink in aggregate.sinks))


def _late(aggregate: Aggregate, job: Job) -> Iterator[str]:
    topics = {source.name: source.late_topic for source in job.sources}
    gates = [gate for gate in job.gates if aggregate.name in gate.feeds]
    for topic in dict.fromkeys(topics[gate.source] for gate in gates):
        nodes = ", ".join(f"[{gate.node}]" for gate in gates if topics[gate.source] == topic)
        yield f"  late rows: topic {topic}, by a gate ahead of {nodes} of the plan"


def _refused(aggregate: Aggregate) -> str:
    nulls = [
        column.name for column in aggregate.columns if aggregate.cassandra and may_hold_nulls(column.type)
    ]
    among = f"; each with a null inside {', '.join(nulls)}, which Cassandra cannot hold" if nulls else ""
    return f"  refused rows: topic {aggregate.refused_topic}{among}"


def _window(window: Window) -> str:
    between = {"tumbling": "of", "hopping": "every", "cumulating": "every", "session": "after a gap of"}
    return f"{window.kind} {between[window.kind]} {duration(window.step)}"


def _sink(aggregate: Aggregate, sink: CassandraSink | KafkaSink, keyspace: str) -> Iterator[str]:
    if isinstance(sink, KafkaSink):
        yield f"kafka: topic {sink.topic}, compacted; key {sink.key_format}, value {sink.value_format}; " + (
            sink.delivery
        )
        return
    if sink.bucket:
        yield f"cassandra: {sink.bucket.column} is {sink.bucket.source} by {duration(sink.bucket.width)}"
    else:
        yield "cassandra:"
    yield from _indented(serving_table(aggregate, keyspace).create_cql().splitlines())


def _columns(columns: Sequence[Column], key: Sequence[str]) -> Iterator[str]:
    width = max(len(column.name) for column in columns)
    for column in columns:
        null = "" if column.nullable else " NOT NULL"
        yield f"{column.name:<{width}}  {column.type}{null}{'  key' if column.name in key else ''}"


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)
