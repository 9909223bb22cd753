"""``python -m benchmarks decoding``: JSON decoded by a whole job, through tally and by hand.

The messages and columns are those of ``decoder``. The job counts the values of each declared column, so that each is
decoded, and serves one row on an upsert topic.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka.admin import NewTopic

from benchmarks.commands import TALLY, Cost, costed
from benchmarks.contenders import HEAP, run_script
from benchmarks.decoder import CASES, Case
from benchmarks.events import LARGE_BATCHES, PARTITIONS, create_topic, send
from benchmarks.figures import figures
from benchmarks.recount import WrongResult
from benchmarks.results import save, show, told
from benchmarks.runs import Run
from benchmarks.servers import Servers, running, server_cpu
from tally.serving.kafka import producer
from tally.serving.tombstones import read_to_end
from tally.serving.topics import drop_topics, end_offsets

_PARALLELISM = 2
_CONTENDERS = ("tally", "by hand")


@dataclass(frozen=True)
class _Task:
    """One run: what is read, and on which topic the result is served."""

    case: Case
    source: str
    served: str
    folder: Path
    kafka: str

    @property
    def columns(self) -> list[str]:
        return [part.strip().partition(" ")[0] for part in self.case.columns.split(", `")]

    @property
    def query(self) -> str:
        counts = ", ".join(f"COUNT({_quoted(name)}) AS c{place}" for place, name in enumerate(self.columns))
        return (
            f"SELECT lot, COUNT(*) AS n, {counts} FROM (SELECT *, MOD(amount, 1) AS lot FROM t) GROUP BY lot"
        )

    def source_options(self, more: str = "") -> str:
        times = f", 'json.timestamp-format.standard' = '{self.case.times}'"
        return f"'connector' = 'kafka', 'topic' = '{self.source}', 'format' = 'json'{times}{more}"


def _quoted(name: str) -> str:
    return f"`{name.strip('`')}`"


def decoding(cases: Sequence[str], sizes: tuple[int, int], repeats: int, out: Path) -> None:
    """Run all in turns, print a table and write the JSON.

    Args:
        cases: of ``decoder``.
        sizes: two numbers of messages.
        repeats: of each contender at each size.
        out: folder of the results.

    Raises:
        WrongResult: a run has not counted every value of every message.
    """
    runs: list[Run] = []
    with running() as servers:
        for place, name in enumerate(cases):
            for size in sizes:
                _preload(servers, CASES[name], f"messages-{place}-{size}", size)
            turns = itertools.product(range(repeats), _CONTENDERS, sizes)
            for number, (repeat, who, size) in enumerate(turns):
                task = _task(servers, CASES[name], f"messages-{place}-{size}", f"run{place}-{number}")
                runs.append(_run(servers, task, f"{name}, {who}", (who, size, repeat)))
                print(told(runs[-1]), flush=True)
            drop_topics(servers.kafka, [f"messages-{place}-{size}" for size in sizes])
    found = figures(runs, sizes)
    save(
        out,
        "decoding",
        {"sizes": sizes, "figures": [f.as_json() for f in found], "runs": [r.as_json() for r in runs]},
    )
    show(
        f"JSON decoded by a job at parallelism {_PARALLELISM}: {sizes[0]:,} and {sizes[1]:,} messages", found
    )


def _preload(servers: Servers, case: Case, topic: str, size: int) -> None:
    print(f"preloading {size:,} messages", flush=True)
    create_topic(servers.kafka, NewTopic(topic, PARTITIONS, 1))
    client = producer(servers.kafka, **LARGE_BATCHES)
    for number, message in zip(range(size), itertools.cycle(case.messages()), strict=False):
        send(client, topic, number, message)
    if client.flush(120):
        raise RuntimeError("Kafka did not take the messages")


def _task(servers: Servers, case: Case, source: str, name: str) -> _Task:
    folder = servers.root / "runs" / name
    folder.mkdir(parents=True)
    create_topic(servers.kafka, NewTopic(name, 1, 1, config={"cleanup.policy": "compact"}))
    return _Task(case, source, name, folder, servers.kafka)


def _run(servers: Servers, task: _Task, label: str, what: tuple[str, int, int]) -> Run:
    who, size, repeat = what
    before = server_cpu(servers.root)
    cost = _through_tally(task) if who == "tally" else _by_hand(task)
    after = server_cpu(servers.root)
    _check(task, size)
    drop_topics(servers.kafka, [task.served])
    return Run(label, size, repeat, cost, {one: after[one] - before[one] for one in before}, None)


def _check(task: _Task, size: int) -> None:
    records = read_to_end(task.kafka, task.served, end_offsets(task.kafka, task.served))
    row = json.loads({record.key: record.value for record in records}.popitem()[1] or b"{}")
    expected = {"lot": 0, "n": size, **{f"c{place}": size for place in range(len(task.columns))}}
    if row != expected:
        raise WrongResult(f"{task.served}: {row} served, {expected} expected")


def _through_tally(task: _Task) -> Cost:
    options = f"'sinks' = 'kafka', 'kafka.topic' = '{task.served}'"
    for path, text in {
        "sources/t": f"CREATE TABLE t ({_with_key(task.case.columns)}) WITH ({task.source_options()});",
        "aggregates/decoded": (
            f"CREATE MATERIALIZED TABLE decoded (PRIMARY KEY (lot) NOT ENFORCED) WITH ({options}) AS {task.query};"
        ),
    }.items():
        file = task.folder / "sql" / f"{path}.sql"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", "utf-8")
    variables = {
        "TALLY_KAFKA_BOOTSTRAP_SERVERS": task.kafka,
        "TALLY_FLINK_PARALLELISM": str(_PARALLELISM),
        "TALLY_FLINK_MEMORY": HEAP,
    }
    return costed((*TALLY, "run", "--bounded"), task.folder, variables)


def _with_key(columns: str) -> str:
    """Return columns of which the one that makes the key is not null."""
    return columns.replace("`amount` INT", "`amount` INT NOT NULL")


def _by_hand(task: _Task) -> Cost:
    counts = ", ".join(f"c{place} BIGINT" for place in range(len(task.columns)))
    servers = f"'properties.bootstrap.servers' = '{task.kafka}'"
    bounded = f", {servers}, 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'"
    sink = (
        f"'connector' = 'upsert-kafka', 'topic' = '{task.served}', {servers}, "
        "'key.format' = 'json', 'value.format' = 'json', 'sink.delivery-guarantee' = 'at-least-once'"
    )
    statements = [
        f"CREATE TABLE t ({_with_key(task.case.columns)}) WITH ({task.source_options(bounded)})",
        f"CREATE TABLE served (lot INT NOT NULL, n BIGINT, {counts}, PRIMARY KEY (lot) NOT ENFORCED) WITH ({sink})",
        f"INSERT INTO served {task.query}",
    ]
    return run_script(task.folder, statements, _PARALLELISM)
