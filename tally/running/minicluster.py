"""A Flink cluster inside this process' JVM: real job manager, task manager and REST API, on a free port."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pyflink.common import Configuration
from pyflink.java_gateway import get_gateway

# What a cluster of its own would take from config.yaml, and a mini-cluster chooses itself.
_OWN = ("rest.", "jobmanager.rpc.", "jobmanager.bind-host", "taskmanager.host", "taskmanager.bind-host")
_METRICS = "io.tally.connectors.metrics.KeptMetrics"
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
    configuration.set_string("metrics.reporter.kept.factory.class", f"{_METRICS}Factory")
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


def kept_metrics(job: str) -> dict[str, dict[str, int]]:
    """Return what a job of this JVM's mini-cluster measures; its row counters also after its end.

    Args:
        job: its id.

    Returns:
        ``sum`` and ``min`` over subtasks, by ``operator.metric``.
    """
    # As one text: of a map each entry would be a question of its own to the JVM.
    found: dict[str, dict[str, int]] = json.loads(
        get_gateway().jvm.io.tally.connectors.metrics.KeptMetrics.of(job)
    )
    return found
