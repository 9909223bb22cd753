"""Jobs started inside Flink's own client: ``flink run -py jobs/sql.py``, or a cluster made for one application.

The client has chosen the cluster, what is shipped and what is restored, and has started the JVM.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyflink.java_gateway import get_gateway

from tally.planning.job import Job
from tally.running.errors import NoFlinkClient
from tally.running.launch import Launch, bounded, start
from tally.running.prepare import Servers, prepare
from tally.running.registration import Registration, Start
from tally.running.session import RunRequest
from tally.running.shipping import job_options
from tally.settings import process_environment

_GATEWAY = "PYFLINK_GATEWAY_PORT"
# What the client was told wins over what tally would take otherwise.
_CLIENTS = ("python.executable", "python.client.executable")


def require_client() -> None:
    """Check that Flink's client started this process.

    Raises:
        NoFlinkClient: it did not.
    """
    if _GATEWAY not in process_environment():
        raise NoFlinkClient()


def start_all(jobs: Sequence[Job], request: RunRequest) -> Iterator[tuple[Job, str]]:
    """Start jobs and yield each with its id.

    Raises:
        TopicMissing, TableDiffers, KafkaUnreachable, CassandraUnreachable: before anything was started.
    """
    servers = Servers(request.target, request.settings, request.feeds)
    start_ = Start(request.root, request.settings, request.target.kafka, request.target.bounded)
    prepare(jobs, servers, Registration(jobs, start_))
    interval = request.settings.flink.checkpoint_interval
    chosen = _client_options()
    options = {
        **job_options(request.options),
        **{key: chosen[key] for key in _CLIENTS if key in chosen},
        "parallelism.default": str(request.settings.flink.parallelism),
    }
    launch = Launch(None, options, (), request.target)
    for job in jobs:
        extra = (
            bounded(job, interval)
            if request.target.bounded
            else {"execution.checkpointing.interval": interval}
        )
        yield job, start(job, launch, extra)


def _client_options() -> dict[str, str]:
    environments = get_gateway().jvm.org.apache.flink.streaming.api.environment.StreamExecutionEnvironment
    return dict(environments.getExecutionEnvironment().getConfiguration().toMap())
