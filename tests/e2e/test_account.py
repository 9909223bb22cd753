from __future__ import annotations

import json

import pytest
from tests.e2e.dead_letters import committed
from tests.e2e.late_rows import MINUTE, Disordered
from tests.e2e.test_late_rows import (
    CUMULATING,
    HOPPING,
    LISTED,
    OTHERS,
    SHAPES,
    TUMBLING,
    VIEWS,
    shop,
    windowed,
)
from tests.e2e.workbench import Workbench

TOTALS = """
CREATE MATERIALIZED TABLE totals (PRIMARY KEY (user_id) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT user_id, COUNT(*) AS n, MAX(event_ms) AS latest FROM events WHERE event_ms % 7 <> 0 GROUP BY user_id;
"""


def test_explore(bench: Workbench) -> None:
    bench.settings["TALLY_FLINK_PARALLELISM"] = "2"
    sql = "".join(LISTED.format(name=name, key=key, query=query) for name, (key, query) in SHAPES.items())
    topic = shop(
        bench,
        4,
        windowed("minutes", TUMBLING),
        windowed("hops", HOPPING) + windowed("sums", CUMULATING) + TOTALS,
        VIEWS + sql,
    )
    bench.write({"sql/sources/others.sql": OTHERS % ""})
    bench.topic("account")
    load = Disordered(seed=3, partitions=4)
    load.produce(bench.kafka, topic, 3_000)
    Disordered(seed=6, partitions=2).produce(bench.kafka, bench.topic("others", 2), 1_000)
    bench.run(bounded=True)
    for m in committed(bench.kafka, f"{bench.prefix}-account"):
        d = json.loads(m.value())
        print(m.key(), d["checkpoint"], d["run"], d["sources"])
        for a in d["accounts"]:
            print("   ", {k: v for k, v in a.items() if k not in ("entry", "gate", "door", "tap")})
            for k in ("entry", "gate", "door", "tap"):
                if a[k]:
                    print("        ", a[k], d["meters"].get(a[k]))
        for a in d["sources"]:
            print("    ", d["meters"].get(a["meter"]))
    assert 0
