"""Faults of Flink 2.3 that tally plans around (docs/flink-limits.md), shown without what it does about them.

When one of these fails, Flink has mended it: take out what tally does, and the entry in the page.
"""

from __future__ import annotations

import json

import pytest

from tests.e2e.updates import JOINS, SOURCES, TABLES, view_files
from tests.e2e.workbench import Workbench

KEYS = [f"k{number:02}" for number in range(40)]
SHOWN = ("left_upserts", "anti_upserts", "inner_compared")
BATCHES = (
    "SET 'table.exec.mini-batch.enabled' = 'true';\nSET 'table.exec.mini-batch.allow-latency' = '1 s';\n"
    "SET 'table.exec.mini-batch.size' = '10';\n"
)


def aggregate(name: str, query: str) -> str:
    return f"CREATE MATERIALIZED TABLE {name} (PRIMARY KEY (k) NOT ENFORCED) AS\n{query};\n"


@pytest.fixture
def alone(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """Joins of two topics as Flink plans them: each right row comes, is replaced, and but for one goes."""
    monkeypatch.setattr("tally.planning.planner.loses_rows", lambda *_: False)
    off = "SET 'table.exec.mini-batch.enabled' = 'false';\n"
    one_by_one = off + "".join(aggregate(name, JOINS[name]) for name in SHOWN)
    in_batches = BATCHES + aggregate("batched", JOINS["inner_upserts"])
    jobs = {"sql/aggregates/one_by_one.sql": one_by_one, "sql/aggregates/in_batches.sql": in_batches}
    bench.write({**SOURCES, **view_files(), **jobs})
    bench.settings["TALLY_FLINK_PARALLELISM"] = "1"
    topics = {table: bench.topic(table) for table in TABLES}
    keys = {key: json.dumps({"k": key}) for key in KEYS}
    bench.produce(topics["lefts"], [(keys[key], {"total": 10}, None) for key in KEYS])
    bench.produce(topics["rights"], [(keys[key], {"total": 5}, None) for key in KEYS])
    for key in KEYS:
        bench.produce(topics["rights"], [(keys[key], {"total": 20}, None)])
        if key != KEYS[0]:
            bench.produce(topics["rights"], [(keys[key], None, None)])
    bench.run(bounded=True)
    return bench


def test_flink_alone_gets_joins_of_updating_results_wrong(alone: Workbench) -> None:
    # FLINK-40681: with its right row gone each left row but the first has to be there, joined to nothing.
    assert alone.rows("left_upserts", "k, x, y") != [
        (key, 10, 20 if key == KEYS[0] else None) for key in KEYS
    ]
    assert alone.rows("anti_upserts", "k") != [(key,) for key in KEYS[1:]]
    # FLINK-38579: 10 > 5 was true of the first, and 10 > 20 is not; all others have gone.
    assert alone.rows("inner_compared", "k, x, y") != []
    # FLINK-40681 again: an update and a deletion in one mini-batch count for nothing.
    assert alone.rows("batched", "k, x, y") != [(KEYS[0], 10, 20)]
