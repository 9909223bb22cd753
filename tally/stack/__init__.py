"""The stack: Kafka, Cassandra and a Flink cluster on this machine, as child processes.

In: the project's folder and its settings. Out: running servers, their addresses and health, or a named error
with the end of a log. The only room that starts processes; it prints nothing.
May not import: project, planning, running, serving, datasets, recount, cli, pyflink, py4j.
"""

from tally.stack.addresses import Addresses, addresses
from tally.stack.stack import ALL, DEFAULT, Progress, Stack
from tally.stack.status import Health, ServiceStatus

__all__ = [
    "ALL",
    "DEFAULT",
    "Addresses",
    "Health",
    "Progress",
    "ServiceStatus",
    "Stack",
    "addresses",
]
