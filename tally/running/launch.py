"""A Job and a cluster -> a running Flink job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JJavaError
from pyflink.java_gateway import get_gateway
from pyflink.util.exceptions import JavaException
from pyflink.util.java_utils import get_field

from tally.planning.environment import create_environment, java_causes
from tally.planning.job import Job
from tally.planning.origins import fed_by
from tally.planning.sinks import sink_table
from tally.running.checkpoints import JobFolder
from tally.running.connections import Target, connected_plan
from tally.running.errors import NoPythonValue
from tally.running.metering import Metering
from tally.running.shipping import pickled_calls

RESTORE = "execution.state-recovery.path"
"""Flink's option of what a job goes on from."""


@dataclass(frozen=True)
class Launch:
    """How jobs are started.

    Attributes:
        cluster: ``host:port`` of the cluster's REST API; None: the one that Flink's client chose for this process.
        options: Flink options for every job, as of config.yaml.
        jars: to send along; none where the cluster's class path has them.
        target: where jobs read and write.
    """

    cluster: str | None
    options: Mapping[str, str]
    jars: Sequence[Path]
    target: Target


def start(job: Job, launch: Launch, extra: Mapping[str, str]) -> str:
    """Start a job and return its id once the cluster accepted it.

    Args:
        job: what to run.
        launch: where and how.
        extra: options of this start: checkpoints, what to restore.

    Raises:
        NoPythonValue: a Python function has an argument or a result of a type that Python has no value for.
    """
    options = {
        **launch.options,
        **job.options,
        **extra,
        **(_remote(launch.cluster) if launch.cluster else {}),
        "pipeline.name": job.name,
    }
    environment = create_environment(options, launch.jars)
    for function in job.functions:
        environment.execute_sql(function.statement)
    # PyFlink puts an executor of its own into this field, by the same means.
    executor = get_field(environment._j_tenv.getClass(), "execEnv").get(environment._j_tenv)
    tables = environment._j_tenv
    plan = connected_plan(job, launch.target)
    planned = get_gateway().jvm.io.tally.connectors.job.PlannedJob(tables.execEnv(), tables, plan)
    _call_python(planned, job)
    Metering(planned, job, launch.target).put_in()
    planned.watchFailures(_aggregates(job))
    client = planned.start(executor, job.name)
    return str(client.getJobID().toString())


def _aggregates(job: Job) -> Any:
    """Return what each node of the plan feeds, as a java.util.Map of texts."""
    served = {sink_table(one.name, sink): one.name for one in job.aggregates for sink in one.sinks}
    tables = {table: table for table in job.tables}
    found = get_gateway().jvm.java.util.HashMap()
    for node, names in fed_by(job.plan, {**served, **tables}).items():
        found.put(node, ", ".join(f"'{name}'" for name in names))
    return found


def _call_python(planned: Any, job: Job) -> None:
    try:
        planned.callPython(*pickled_calls())
    except (Py4JJavaError, JavaException) as error:
        for name, reason in java_causes(error):
            if name == "PythonFunctionException":
                raise NoPythonValue(job.name, reason) from error
        raise


def _remote(cluster: str) -> dict[str, str]:
    host, _, port = cluster.rpartition(":")
    return {"execution.target": "remote", "rest.address": host, "rest.port": port}


def continuous(folder: JobFolder, interval: str, restore: Path | None) -> dict[str, str]:
    """Return the options of a job that runs until it is stopped, with checkpoints in ``folder``."""
    options = {
        "execution.checkpointing.interval": interval,
        "execution.checkpointing.dir": folder.checkpoints.as_uri(),
        "execution.checkpointing.savepoint-dir": folder.savepoints.as_uri(),
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
    }
    if restore:
        options[RESTORE] = restore.as_uri()
    return options


def bounded(job: Job, interval: str) -> dict[str, str]:
    """Return the options of a job that ends; it keeps no checkpoint, since it always starts from the beginning."""
    options = {"restart-strategy.type": "none"}
    # Transactions commit with checkpoints only; to any other sink a last checkpoint would only cost time.
    if any(a.kafka and a.kafka.delivery == "exactly-once" for a in job.aggregates):
        options["execution.checkpointing.interval"] = interval
    return options
