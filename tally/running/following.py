"""What running jobs say of themselves: rows in and out, late rows, event time, lag, by aggregate.

Flink names a metric of an operator ``<operator>.<metric>``, and an operator of a compiled plan ends in the id of its
plan node, ``[7]``; sources of Kafka and sinks of Cassandra bear the name of their table. So the metrics that belong to
an aggregate are those of the nodes and tables that feed its sinks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

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
_WITH_PROBLEM = ("RESTARTING", "FAILED")
Values = Mapping[str, Mapping[str, int]]
_ROWS_IN, _ROWS_OUT = "numRecordsOut", "numRecordsIn"
_LATE, _LAG, _WATERMARK = "numLateRows", "pendingRecords", "currentInputWatermark"
_DROPPED = "numLateRecordsDropped"
_SOURCE_TIME = "sourceTime"
_LONGEST_NAME = 80


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
        lag: records of its topics that are not fetched yet, of the readers that have begun; None where none has.
        problem: why the job is being restarted, while it is; why it failed, once it has.
        final_until: of a bounded run, once it has read all: the time that its sources came to, which closed windows
            by itself; those that end later were closed by the end of the run. None without event time.
        removed: rows of earlier runs that a bounded run deleted behind it, from the first sink that had some.
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
    final_until: datetime | None = None
    removed: int = 0


@dataclass
class Follower:
    """Follows started jobs.

    Attributes:
        rest: of their cluster.
        jobs: by Flink job id.
        metrics: of a job, by ``operator.metric``; row counters outlive it.
    """

    rest: Rest
    jobs: Mapping[str, Job]
    metrics: Callable[[str], Values]
    _last: dict[tuple[str, str], Progress] = field(default_factory=dict)
    _states: dict[str, str] = field(default_factory=dict)

    def states(self) -> dict[str, str]:
        """Return the state of each job by id, from one question for all.

        A cluster forgets a job an hour after its end.
        """
        self._states |= {job.id: job.state for job in self.rest.jobs() if job.id in self.jobs}
        return dict(self._states)

    def progress(self, states: Mapping[str, str]) -> list[Progress]:
        """Return where each aggregate is; what a job that is over no longer tells is as it told it last.

        Args:
            states: as ``states`` returned them.
        """
        found = []
        for job_id, job in self.jobs.items():
            values = self.metrics(job_id)
            found += [self._of(job_id, name, states[job_id], values) for name in _watched(job)]
        return found

    def _problem(self, job_id: str, job: Job, state: str) -> str | None:
        if state not in _WITH_PROBLEM:
            return None
        trace = self.rest.failure(job_id)
        # The cluster tells why a job failed some seconds after it did.
        return failure_of(job.name, trace, None).message if trace or state == "RESTARTING" else None

    def _of(self, job_id: str, name: str, state: str, values: Values) -> Progress:
        job = self.jobs[job_id]
        last = self._last.get((job.name, name), Progress(job.name, name, state))
        now = _progress(job, name, state, values) if values else replace(last, state=state)
        if state == "FINISHED":
            # A job finishes when it has read everything and every window is closed.
            now = replace(now, event_time=datetime.max.replace(tzinfo=timezone.utc), lag=0)
        elif state != "RUNNING":
            now = replace(now, event_time=last.event_time, lag=last.lag)
        now = replace(now, problem=self._problem(job_id, job, state))
        self._last[job.name, name] = now
        return now


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
        final_until=_moment(
            _picked(values, _SOURCE_TIME, lambda operator: any(_begins_with(operator, t) for t in sources))
        ),
    )


def _sinks(job: Job, name: str) -> set[str]:
    aggregate = next((a for a in job.aggregates if a.name == name), None)
    return {sink_table(name, sink) for sink in aggregate.sinks} if aggregate else {name}


def _picked(values: Values, metric: str, fits: Callable[[str], bool]) -> list[Mapping[str, int]]:
    parts = ((*name.rpartition("."), value) for name, value in values.items())
    return [value for operator, _, measured, value in parts if measured == metric and fits(operator)]


def _node_of(operator: str) -> int | None:
    found = _NODE.search(operator)
    return int(found[1]) if found else None


def _reads(operator: str, table: PlanTable) -> bool:
    # Kafka's sources bear the names of their tables, Flink's own with catalog and database; others that of their node.
    named = operator.endswith(
        (f"KafkaSource-{source_of(table.name)}", f"KafkaSource-default_catalog.default_database.{table.name}")
    )
    return operator.startswith("Source: ") and (named or _node_of(operator) == table.node)


def _begins_with(chain: str, table: PlanTable) -> bool:
    # What a source's coordinator measures is under the name of its whole chain, of which Flink keeps 80 characters.
    source = f"Source: KafkaSource-{source_of(table.name)}"
    return f"{chain} ".startswith(f"{source} ") or (len(chain) >= _LONGEST_NAME and source.startswith(chain))


def _writes(operator: str, table: PlanTable) -> bool:
    # The Cassandra sink is named after the table that it writes, others after their plan node.
    served = f".{table.options.get('table', '')}: Writer"
    named = operator.startswith("cassandra: ") and operator.endswith(served)
    return operator.endswith(": Writer") and (named or _node_of(operator) == table.node)


def _total(measured: Iterable[Mapping[str, int]]) -> int:
    return sum(one["sum"] for one in measured)


def _moment(watermarks: list[Mapping[str, int]]) -> datetime | None:
    lowest = min((m["min"] for m in watermarks), default=_NO_WATERMARK)
    if lowest <= _NO_WATERMARK:
        return None
    if lowest >= _END_OF_TIME:
        return datetime.max.replace(tzinfo=timezone.utc)
    return datetime.fromtimestamp(lowest / 1000, timezone.utc)
