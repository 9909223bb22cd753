"""What can go wrong while jobs run, one class per kind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tally.errors import ProjectError, Span, TallyError


@dataclass(eq=False)
class JobFailed(TallyError):
    """A job that Flink gave up."""

    job: str
    reason: str
    logs: Path | None = None

    @property
    def message(self) -> str:
        """Name the job and Flink's root cause."""
        return f"job '{self.job}' failed: {self.reason}"

    @property
    def hint(self) -> str | None:
        """Say where the whole story is."""
        return f"see the log in {self.logs}" if self.logs else None


@dataclass(eq=False)
class WaitsForClock(ProjectError):
    """A bounded run of a result that Flink would drop the last rows of.

    Attributes:
        result: the aggregate, or the table that plain SQL writes.
        what: of its query that waits for the clock.
        file: of its job.
    """

    result: str
    what: str
    file: str
    span: Span | None

    @property
    def message(self) -> str:
        """Name the result, and say what a bounded run would do to it."""
        return f"'{self.result}' has {self.what}: a bounded run ends before it closes, and would drop its last rows"

    @property
    def hint(self) -> str:
        """Say what runs, and what would be bounded."""
        return (
            f"run it without --bounded: tally run {self.file}; "
            "or take its windows over an event time, which the end of the input closes"
        )


@dataclass(eq=False)
class ExpressionFailed(TallyError):
    """An expression of a query threw, or a function that it calls."""

    job: str
    failure: str

    @property
    def message(self) -> str:
        """Name the job, and aggregate, operator or function, cause and row."""
        return f"job '{self.job}' failed: {self.failure}"

    @property
    def hint(self) -> str:
        """Say what can be done."""
        return (
            "nothing was skipped: write an expression that has a value for such a row too (TRY_CAST, "
            "x / NULLIF(y, 0), a function that returns None), or leave the row out by a WHERE, then run again"
        )


@dataclass(eq=False)
class JobsFailed(TallyError):
    """Several jobs of one run failed."""

    errors: tuple[TallyError, ...]

    @property
    def message(self) -> str:
        """Say each."""
        return "\n".join(str(error) for error in self.errors)


@dataclass(eq=False)
class UndecodableRecord(TallyError):
    """A record that cannot be a row of its table."""

    job: str
    record: str

    @property
    def message(self) -> str:
        """Name topic, partition and offset."""
        return f"job '{self.job}' stopped at an {self.record}"

    @property
    def hint(self) -> str:
        """Say what can be done."""
        return "nothing was skipped: mend the producer or the columns of the source, then run again"


@dataclass(eq=False)
class NoPythonValue(ProjectError):
    """An argument or result of a Python function is of a type that Python has no value for."""

    job: str
    reason: str

    @property
    def message(self) -> str:
        """Name the job, the function and the type."""
        return f"job '{self.job}': {self.reason}"

    @property
    def hint(self) -> str:
        """Say what can be done."""
        return "cast it in the query to a type that has one, such as STRING or BIGINT"


@dataclass(eq=False)
class TooManyDeadLetters(TallyError):
    """More of a source's records are dead letters than it stands: its schema is wrong, rather than they."""

    job: str
    letters: str

    @property
    def message(self) -> str:
        """Say how many, and of each reason an example."""
        return f"job '{self.job}' stopped: {self.letters}"

    @property
    def hint(self) -> str:
        """Say what can be done."""
        # The one sample, of the one reason: a message that is null deletes what its key names.
        if self.letters.endswith(": the message is null") and self.letters.count(", as topic '") == 1:
            return (
                "a message that is null is a deletion: to leave deletions out, write "
                "'dead-letter.deletions' = 'skip' in the source's WITH"
            )
        return (
            "mend the columns of the source or the producer, then run again; "
            "to go on whatever comes, write 'dead-letter.max-share' = '1' in the source's WITH"
        )


@dataclass(eq=False)
class TooManyRefusedRows(TallyError):
    """A sink cannot hold more of an aggregate's rows than it allows: its key or its columns are wrong."""

    job: str
    rows: str

    @property
    def message(self) -> str:
        """Say how many, and why the last one."""
        return f"job '{self.job}' stopped: {self.rows}"

    @property
    def hint(self) -> str:
        """Say what can be done."""
        return (
            "leave such rows out in the query, or change the aggregate's key, then run again; "
            "to go on whatever comes, write 'refused.max-share' = '1' in the aggregate's WITH"
        )


@dataclass(eq=False)
class RecordsLost(TallyError):
    """Records of a source vanished before the job read them."""

    job: str
    records: str

    @property
    def message(self) -> str:
        """Name source, topic, partition and offsets, and why they are gone."""
        return f"job '{self.job}' stopped, records were lost before they were read: {self.records}"

    @property
    def hint(self) -> str:
        """Say how to count anew, and how to do without them."""
        return (
            "a start with --fresh counts what the topics hold now; to go on without the lost records, which the audit "
            "then counts, write 'lost-records.action' = 'count' in the source's WITH and run again"
        )


@dataclass(eq=False)
class LettersLost(TallyError):
    """Dead letters or late rows that a checkpoint counts as written are not, or may not be."""

    job: str
    letters: str

    @property
    def message(self) -> str:
        """Say which, and what became of their transaction."""
        return f"job '{self.job}' stopped, letters are lost: {self.letters}"

    @property
    def hint(self) -> str:
        """Say how to get them again, and how to do without them."""
        return (
            "a start with --fresh reads the topics from the beginning and writes them again; to go on without them, "
            "start once with 'dead-letter.delivery-guarantee' = 'at-least-once' in the source's WITH"
        )


@dataclass(frozen=True)
class Change:
    """What changed of one aggregate.

    Attributes:
        name: of the aggregate, or table.
        before: the first step of its plan that is gone; empty where none is.
        now: the first that has come.
    """

    name: str
    before: str
    now: str

    def __str__(self) -> str:
        return ", ".join(
            filter(
                None, (self.before and f"was {_short(self.before)}", self.now and f"is {_short(self.now)}")
            )
        )


def _short(step: str, longest: int = 240) -> str:
    return step if len(step) <= longest else f"{step[:longest]}..."


@dataclass(eq=False)
class LiveElsewhere(TallyError):
    """A job that is live keeps up an aggregate that is to be dropped, or served by another run."""

    job: str
    aggregate: str
    cluster: str | None

    @property
    def message(self) -> str:
        """Name the job, where it runs, and the aggregate."""
        where = (
            "in a `tally run` on this machine"
            if self.cluster is None
            else f"on the cluster at {self.cluster}"
        )
        return f"job '{self.job}' is running {where} and serves aggregate '{self.aggregate}'"

    @property
    def hint(self) -> str:
        """Say how to stop it."""
        return (
            "stop that one with Ctrl-C first" if self.cluster is None else f"`tally stop {self.job}` stops it"
        )


@dataclass(eq=False)
class PlanChanged(ProjectError):
    """The last checkpoint of a job belongs to another plan."""

    job: str
    changed: tuple[Change, ...]
    command: str = "tally run"

    @property
    def message(self) -> str:
        """Name the aggregates that changed, and what did."""
        names = ", ".join(f"'{change.name}'" for change in self.changed)
        said = f"job '{self.job}' cannot go on from its last checkpoint: {names} changed since"
        return "\n".join([said, *(f"  {one.name} {one}" for one in self.changed if str(one))])

    @property
    def hint(self) -> str:
        """Say how to start over."""
        fresh = f"`{self.command} --fresh` counts from the beginning of the topics"
        return f"{fresh}, or undo the change of {self.changed[0].name}"


@dataclass(eq=False)
class RunsAlready(TallyError):
    """Another `tally run` of this project runs the job."""

    job: str

    @property
    def message(self) -> str:
        """Name the job."""
        return f"job '{self.job}' runs already, in another `tally run` of this project"

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "stop that one with Ctrl-C first"


@dataclass(eq=False)
class ClusterUnreachable(TallyError):
    """No Flink cluster answers; None: there is no address to ask."""

    address: str | None

    @property
    def message(self) -> str:
        """Name the address."""
        if self.address is None:
            return "no Flink cluster runs here, and none is configured"
        return f"no Flink cluster answers at {self.address}"

    @property
    def hint(self) -> str:
        """Say how to start one."""
        return "run `tally up --flink`, or set rest_address in [tool.tally.flink]"


@dataclass(eq=False)
class ClusterRefused(TallyError):
    """The cluster answered a request with an error."""

    address: str
    reason: str

    @property
    def message(self) -> str:
        """Name the address and the reason."""
        return f"the Flink cluster at {self.address} refused: {self.reason}"


@dataclass(eq=False)
class UnknownJob(ProjectError):
    """No job of that name runs on the cluster."""

    job: str
    running: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name the job."""
        return f"no job '{self.job}' is running"

    @property
    def hint(self) -> str:
        """List what runs."""
        return f"running: {', '.join(self.running)}" if self.running else "nothing is running"


@dataclass(eq=False)
class JobRuns(ProjectError):
    """A job of that name runs already; a second one would serve the same tables and topics."""

    job: str
    id: str

    @property
    def message(self) -> str:
        """Name the job and its id."""
        return f"job '{self.job}' is running already, as {self.id}"

    @property
    def hint(self) -> str:
        """Say how to stop it."""
        return f"`tally stop {self.job}` stops it with a savepoint, which the next start goes on from"


@dataclass(eq=False)
class SeveralJobs(ProjectError):
    """More than one job of that name runs."""

    job: str
    ids: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name the job."""
        return f"{len(self.ids)} jobs '{self.job}' are running"

    @property
    def hint(self) -> str:
        """List their ids."""
        return f"give the id of one: {', '.join(self.ids)}"


@dataclass(eq=False)
class NoStateFolder(TallyError):
    """A cluster keeps its checkpoints nowhere, or where this machine cannot look for them."""

    address: str
    folder: str | None

    @property
    def message(self) -> str:
        """Name the cluster and the folder."""
        if self.folder is None:
            return f"the Flink cluster at {self.address} has no folder for checkpoints"
        return (
            f"this machine cannot read the checkpoints of the Flink cluster at {self.address}: {self.folder}"
        )

    @property
    def hint(self) -> str:
        """Say which option to set."""
        return (
            "set execution.checkpointing.dir in the cluster's config.yaml to a file: folder that its machines "
            "and this one share"
        )


@dataclass(eq=False)
class NoFlinkClient(ProjectError):
    """``jobs/sql.py`` was started as a plain script."""

    @property
    def message(self) -> str:
        """Say what is missing."""
        return "jobs/sql.py was not started by Flink's client"

    @property
    def hint(self) -> str:
        """Say what to run."""
        return "run `flink run -py jobs/sql.py FILE...`, or `tally submit FILE...`"
