"""What running jobs say of themselves: rows in and out, late rows, event time, lag, by aggregate.

Flink names a metric of an operator ``<operator>.<metric>``, and an operator of a compiled plan ends in the id of its
plan node, ``[7]``; sources of Kafka and sinks of Cassandra bear the name of their table. So the metrics that belong to
an aggregate are those of the nodes and tables that feed its sinks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from tally.planning.job import Job
from tally.planning.plan import PlanTable
from tally.planning.routing import source_of
from tally.planning.sinks import sink_table
from tally.running.failures import failure_of
from tally.running.rest import Rest

_NODE = re.compile(r"\[(\d+)\]")
# Epoch milliseconds of the first and the last moment that Python knows. Operators that move watermarks, as an
# interval join does, pass on ones a little short of Flink's own first (-2^63) and last (2^63 - 1).
_NO_WATERMARK = -62_135_596_800_000
_END_OF_TIME = 253_402_300_799_999
Values = Mapping[str, Mapping[str, Any]]
_ROWS_IN, _ROWS_OUT = "numRecordsOut", "numRecordsIn"
_LATE, _LAG, _WATERMARK = "numLateRows", "pendingRecords", "currentInputWatermark"
_DROPPED = "numLateRecordsDropped"


@dataclass(frozen=True)
class Progress:
    """One aggregate of a running job.

    Attributes:
        job: name of the job.
        aggregate: name of the aggregate.
        state: of the job: RUNNING, FINISHED, RESTARTING, ...
        rows_in: rows read from its sources since the job started.
        rows_out: changes written to its first sink since the job started.
        late: rows that were set aside since their windows had closed, once for each window; and where no gate stands
            ahead of an operator, those that it dropped, as Flink counts them.
        event_time: up to when its windows are closed; None before the first watermark, ``datetime.max`` at the end.
        lag: records of its topics that are not read yet; None where Kafka has not told.
        problem: why the job is being restarted, while it is.
    """

    job: str
    aggregate: str
    state: str
    rows_in: int = 0
    rows_out: int = 0
    late: int = 0
    event_time: datetime | None = None
    lag: int | None = None
    problem: str | None = None


@dataclass
class Follower:
    """Follows started jobs.

    Attributes:
        rest: of their cluster.
        jobs: by Flink job id.
        counters: row counters of a job, by ``operator.metric``, which outlive it; where there are none, those of
            REST are used, which end with the job.
    """

    rest: Rest
    jobs: Mapping[str, Job]
    counters: Callable[[str], Mapping[str, int]] = lambda _: {}
    _vertices: dict[str, dict[str, str]] = field(default_factory=dict)
    _names: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _last: dict[tuple[str, str], Progress] = field(default_factory=dict)

    def states(self) -> dict[str, str]:
        """Return the state of each job by id, from one question for all."""
        return {job.id: job.state for job in self.rest.jobs() if job.id in self.jobs}

    def progress(self, states: Mapping[str, str]) -> list[Progress]:
        """Return where each aggregate is; what a job that is over no longer tells is as it told it last.

        Args:
            states: as ``states`` returned them.
        """
        found = []
        for job_id, job in self.jobs.items():
            state = states[job_id]
            values = self._values(job_id) if state == "RUNNING" else {}
            counted = {_as_metric(name): {"sum": count} for name, count in self.counters(job_id).items()}
            found += [self._of(job_id, name, state, {**values, **counted}) for name in _watched(job)]
        return found

    def _problem(self, job_id: str, job: Job) -> str:
        return failure_of(job.name, self.rest.failure(job_id), None).message

    def _of(self, job_id: str, name: str, state: str, values: Values) -> Progress:
        job = self.jobs[job_id]
        last = self._last.get((job.name, name), Progress(job.name, name, state))
        now = _progress(job, name, state, values) if values else replace(last, state=state)
        if state == "FINISHED":
            # A job finishes when it has read everything and every window is closed.
            now = replace(now, event_time=datetime.max.replace(tzinfo=timezone.utc), lag=0)
        elif state != "RUNNING":
            now = replace(now, event_time=last.event_time, lag=last.lag)
        now = replace(now, problem=self._problem(job_id, job) if state == "RESTARTING" else None)
        self._last[job.name, name] = now
        return now

    def _values(self, job: str) -> Values:
        values: dict[str, Mapping[str, Any]] = {}
        if job not in self._vertices:
            self._vertices[job] = {vertex["id"]: vertex["name"] for vertex in self.rest.vertices(job)}
        for vertex, operators in self._vertices[job].items():
            names = self._wanted(job, vertex, operators)
            if names:
                values |= {m["id"]: m for m in self.rest.metrics(job, vertex, names)}
        return values

    def _wanted(self, job: str, vertex: str, operators: str) -> list[str]:
        known = self._names.get((job, vertex), [])
        if _is_complete(known, operators):
            return known
        names = (metric["id"] for metric in self.rest.metrics(job, vertex))
        self._names[job, vertex] = [name for name in names if _is_wanted(name)]
        return self._names[job, vertex]


def _is_complete(names: Sequence[str], operators: str) -> bool:
    """Tell whether no further metric of a vertex will come: a source shows its lag once it has read something.

    Its other metrics, too, may come later than those of the operators that are chained to it.
    """
    reads = any(name.endswith(f".{_LAG}") for name in names)
    return bool(names) and (reads or "KafkaSource-" not in operators)


def _is_wanted(name: str) -> bool:
    operator, _, metric = name.rpartition(".")
    return bool(operator) and metric in {_ROWS_IN, _ROWS_OUT, _LATE, _DROPPED, _LAG, _WATERMARK}


def _watched(job: Job) -> Iterable[str]:
    return (*(aggregate.name for aggregate in job.aggregates), *job.tables)


def _progress(job: Job, name: str, state: str, values: Values) -> Progress:
    sink = next(table for table in job.plan.tables("sink") if table.name in _sinks(job, name))
    nodes = {node["id"] for node in job.plan.upstream(sink.node)}
    sources = [table for table in job.plan.tables("source") if table.node in nodes]
    lag = _picked(values, _LAG, lambda operator: any(_reads(operator, table) for table in sources))
    read = _picked(values, _ROWS_IN, lambda operator: any(_reads(operator, table) for table in sources))
    late = [m for name in (_LATE, _DROPPED) for m in _picked(values, name, lambda op: _node_of(op) in nodes)]
    return Progress(
        job=job.name,
        aggregate=name,
        state=state,
        rows_in=_total(read),
        rows_out=_total(_picked(values, _ROWS_OUT, lambda operator: _writes(operator, sink))),
        late=_total(late),
        event_time=_moment(_picked(values, _WATERMARK, lambda operator: _writes(operator, sink))),
        lag=_total(lag) if lag else None,
    )


def _sinks(job: Job, name: str) -> set[str]:
    aggregate = next((a for a in job.aggregates if a.name == name), None)
    return {sink_table(name, sink) for sink in aggregate.sinks} if aggregate else {name}


def _picked(values: Values, metric: str, fits: Callable[[str], bool]) -> list[Mapping[str, Any]]:
    parts = ((*name.rpartition("."), value) for name, value in values.items())
    return [value for operator, _, measured, value in parts if measured == metric and fits(operator)]


def _node_of(operator: str) -> int | None:
    found = _NODE.search(operator)
    return int(found[1]) if found else None


def _reads(operator: str, table: PlanTable) -> bool:
    # Kafka's sources bear the names of their tables, Flink's own with catalog and database; others that of their node.
    named = operator.endswith(
        (f"KafkaSource-{source_of(table.name)}", f"KafkaSource-default_catalog_default_database_{table.name}")
    )
    return operator.startswith("Source__") and (named or _node_of(operator) == table.node)


def _writes(operator: str, table: PlanTable) -> bool:
    # The Cassandra sink is named after the table that it writes, others after their plan node.
    served = f"_{table.options.get('table', '')}__Writer"
    named = operator.startswith("cassandra__") and operator.endswith(served)
    return operator.endswith("__Writer") and (named or _node_of(operator) == table.node)


def _as_metric(name: str) -> str:
    """Return ``operator.metric`` as REST writes it: in the operator, blanks, dots and colons are underscores."""
    operator, dot, metric = name.rpartition(".")
    return re.sub(r"[ .:]", "_", operator) + dot + metric


def _total(measured: Iterable[Mapping[str, Any]]) -> int:
    return int(sum(one["sum"] for one in measured))


def _moment(watermarks: list[Mapping[str, Any]]) -> datetime | None:
    lowest = min((int(m["min"]) for m in watermarks), default=_NO_WATERMARK)
    if lowest <= _NO_WATERMARK:
        return None
    if lowest >= _END_OF_TIME:
        return datetime.max.replace(tzinfo=timezone.utc)
    return datetime.fromtimestamp(lowest / 1000, timezone.utc)
