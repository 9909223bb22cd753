"""A Flink cluster inside this process' JVM: real job manager, task manager and REST API, on a free port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pyflink.common import Configuration
from pyflink.java_gateway import get_gateway

# What a cluster of its own would take from config.yaml, and a mini-cluster chooses itself.
_OWN = ("rest.", "jobmanager.rpc.", "jobmanager.bind-host", "taskmanager.host", "taskmanager.bind-host")
_COUNTERS = "io.tally.connectors.metrics.KeptCounters"
_MEMORY = ("jobmanager.memory.", "taskmanager.memory.process.", "taskmanager.memory.flink.")


@contextmanager
def mini_cluster(options: Mapping[str, str], slots: int) -> Iterator[str]:
    """Start a mini-cluster, give the ``host:port`` of its REST API, and stop it at the end.

    Args:
        options: Flink options, as of config.yaml; addresses and process sizes are left out.
        slots: task slots: the sum of the parallelism of all jobs that are to run at once.
    """
    configuration = Configuration()
    for key, value in options.items():
        if not key.startswith((*_OWN, *_MEMORY)):
            configuration.set_string(key, value)
    configuration.set_string("metrics.reporter.kept.factory.class", f"{_COUNTERS}Factory")
    configuration.set_string("rest.address", "localhost")
    configuration.set_string("rest.bind-address", "localhost")
    configuration.set_string("rest.bind-port", "0")
    runtime = get_gateway().jvm.org.apache.flink.runtime.minicluster
    builder = runtime.MiniClusterConfiguration.Builder().setConfiguration(configuration._j_configuration)
    cluster = runtime.MiniCluster(builder.setNumTaskManagers(1).setNumSlotsPerTaskManager(slots).build())
    cluster.start()
    try:
        address = cluster.getRestAddress().get()
        yield f"{address.getHost()}:{address.getPort()}"
    finally:
        cluster.close()


def kept_counters(job: str) -> dict[str, int]:
    """Return the row counters of a job of this JVM's mini-cluster, also after its end.

    Args:
        job: its id.

    Returns:
        Sums over subtasks, by ``operator.metric``.
    """
    counters = get_gateway().jvm.io.tally.connectors.metrics.KeptCounters.of(job)
    return {str(name): int(count) for name, count in counters.items()}
