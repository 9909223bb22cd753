"""One measured run: a contender, its result recounted, its cost."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from confluent_kafka.admin import NewTopic

from benchmarks.commands import Cost
from benchmarks.contenders import CONTENDERS, Task
from benchmarks.events import PARTITIONS, Payments, Totals, create_topic, preload
from benchmarks.recount import check, records_of, served_by_cassandra, served_by_kafka
from benchmarks.servers import Servers, running, server_cpu
from benchmarks.workloads import Workload
from tally.serving.cassandra import connect
from tally.serving.topics import drop_topics
from tally.settings import CassandraSettings


@dataclass(frozen=True)
class Cell:
    """What is repeated: a contender, a workload and its sinks, and what differs from the defaults.

    Attributes:
        label: of its line in the table.
        contender: ``tally`` or ``by hand``.
        workload: what is computed.
        sinks: where it is served.
        parallelism: of every operator.
        options: Flink options that differ from the shipped ones.
        variables: of the environment.
    """

    label: str
    contender: str
    workload: Workload
    sinks: tuple[str, ...]
    parallelism: int
    options: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One run that served the right result.

    Attributes:
        label: of its cell.
        size: events read.
        repeat: counted from 0.
        cost: of the contender's process tree; Kafka and Cassandra are not in it.
        server_seconds: CPU that each server used meanwhile, the creation of topic and table included.
        records_out: records on the upsert topic; None where there is none.
    """

    label: str
    size: int
    repeat: int
    cost: Cost
    server_seconds: Mapping[str, float]
    records_out: int | None

    def as_json(self) -> dict[str, object]:
        """Return it as the results file holds it."""
        return asdict(self) | {"cpu_seconds": self.cost.cpu_seconds}


class Bench:
    """Servers with preloaded topics, on which cells are run."""

    def __init__(self, servers: Servers, sizes: Sequence[int], cut_every: int) -> None:
        self._servers = servers
        self._cut_every = cut_every
        self._expected: dict[tuple[str, int], Totals] = {}
        self._numbers = itertools.count()
        for size in sizes:
            print(f"preloading {size:,} events", flush=True)
            preload(servers.kafka, _source(size), Payments(size, cut_every))

    def run(self, cell: Cell, size: int, repeat: int) -> Run:
        """Run a cell once on a keyspace and a topic of its own, recount, and clear them away.

        Raises:
            WrongResult: what is served is not what the generator's totals say.
            RuntimeError: the contender failed.
        """
        name = f"run{next(self._numbers)}"
        task = Task(
            cell.workload,
            cell.sinks,
            _source(size),
            name,
            cell.parallelism,
            cell.options,
            cell.variables,
            has_cut=bool(self._cut_every),
        )
        if "kafka" in cell.sinks:
            self._create_topic(task.topic)
        before = server_cpu(self._servers.root)
        cost = CONTENDERS[cell.contender](task, self._servers)
        after = server_cpu(self._servers.root)
        records = records_of(self._servers, task.topic) if "kafka" in cell.sinks else None
        self._recount(task, size)
        self._clear(task)
        return Run(cell.label, size, repeat, cost, {k: after[k] - before[k] for k in before}, records)

    def _recount(self, task: Task, size: int) -> None:
        expected = self._totals(task.workload, size)
        if "cassandra" in task.sinks:
            served = served_by_cassandra(self._servers, task.name, task.workload)
            check(served, expected, f"{task.name} in Cassandra")
        if "kafka" in task.sinks:
            served = served_by_kafka(self._servers, task.topic, task.workload)
            check(served, expected, f"{task.name} on its topic")

    def _totals(self, workload: Workload, size: int) -> Totals:
        if (workload.name, size) not in self._expected:
            self._expected[workload.name, size] = Payments(size, self._cut_every).totals(workload.key_of)
        return self._expected[workload.name, size]

    def _create_topic(self, topic: str) -> None:
        create_topic(
            self._servers.kafka, NewTopic(topic, PARTITIONS, 1, config={"cleanup.policy": "compact"})
        )

    def _clear(self, task: Task) -> None:
        drop_topics(self._servers.kafka, [task.topic])
        with connect(self._servers.cassandra, CassandraSettings()) as session:
            session.execute(f"DROP KEYSPACE IF EXISTS {task.name}")


@contextmanager
def bench(sizes: Sequence[int], cut_every: int = 0) -> Iterator[Bench]:
    """Start servers, preload a topic of each size, and stop and wipe the servers at the end."""
    with running() as servers:
        yield Bench(servers, sizes, cut_every)


def rounds(on: Bench, cells: Sequence[Cell], sizes: Sequence[int], repeats: int) -> Iterator[Run]:
    """Yield every cell at every size, then all again: contenders take turns, so that a slow minute hits each."""
    for repeat in range(repeats):
        for cell in cells:
            for size in sizes:
                yield on.run(cell, size, repeat)


def _source(size: int) -> str:
    return f"payments-{size}"
