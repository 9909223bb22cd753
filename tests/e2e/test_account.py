"""Every record that was read is dead, filtered, late or counted: so say the sums of a job, at each checkpoint."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tally.planning.job import Job
from tally.planning.plan import Plan
from tally.planning.row_types import types_of
from tally.serving.account import read_accounts
from tally.serving.account_meters import source_figures
from tally.serving.account_record import AccountRecord
from tally.serving.account_sums import Sum, name_of, sums
from tests.e2e.dead_letters import run_and_kill
from tests.e2e.late_rows import MINUTE, Disordered
from tests.e2e.outages import TALLY
from tests.e2e.test_late_rows import (
    CUMULATING,
    HOPPING,
    JOINED,
    LISTED,
    OTHER_KNOWN,
    OTHERS,
    SHAPES,
    TUMBLING,
    VIEWS,
    late,
    shop,
    windowed,
)
from tests.e2e.workbench import Workbench

TOTALS = """
CREATE MATERIALIZED TABLE totals (PRIMARY KEY (user_id) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT user_id, COUNT(*) AS n, MAX(event_ms) AS latest FROM events WHERE event_ms % 7000 <> 0 GROUP BY user_id;
"""
UNCHANGED = """
SET 'table.exec.mini-batch.enabled' = 'false';
CREATE MATERIALIZED TABLE best (PRIMARY KEY (user_id) NOT ENFORCED)
WITH ('sinks' = 'kafka', 'kafka.topic' = '${T}-best')
AS SELECT user_id, MAX(event_ms) AS latest FROM events GROUP BY user_id;
CREATE MATERIALIZED TABLE users (PRIMARY KEY (n) NOT ENFORCED)
WITH ('sinks' = 'kafka', 'kafka.topic' = '${T}-users')
AS SELECT 1 AS n, COUNT(*) AS users FROM (SELECT user_id FROM events GROUP BY user_id) GROUP BY 1;
CREATE MATERIALIZED TABLE early (PRIMARY KEY (user_id) NOT ENFORCED)
WITH ('sinks' = 'kafka', 'kafka.topic' = '${T}-early')
AS SELECT user_id, MAX(event_ms) AS latest FROM events GROUP BY user_id HAVING MAX(event_ms) < 9;
"""
TOGETHER = """
CREATE MATERIALIZED TABLE together (PRIMARY KEY (user_id) NOT ENFORCED) WITH ('sinks' = 'cassandra') AS
SELECT l.user_id, COUNT(*) AS pairs FROM events l JOIN events r ON l.user_id = r.user_id
AND r.event_time BETWEEN l.event_time - INTERVAL '2' SECOND AND l.event_time GROUP BY l.user_id;
CREATE TABLE seen (user_id STRING) WITH ('connector' = 'blackhole');
INSERT INTO seen SELECT user_id FROM events;
"""
ANY_SHARE = ", 'dead-letter.max-share' = '1'"


def records(bench: Workbench) -> dict[str, AccountRecord]:
    """Return the newest account of each job."""
    found = read_accounts(bench.kafka, f"{bench.prefix}-account")
    assert found.unreadable == ()
    return {one.job: one for one in found.records}


def accounts(bench: Workbench) -> dict[str, Sum]:
    """Return the sum of each aggregate that has one."""
    return {name_of(one): one for record in records(bench).values() for one in sums(record)}


def wrong(found: dict[str, Sum]) -> dict[str, list[str]]:
    return {name: [str(c) for c in one.complaints] for name, one in found.items() if not one.comes_out}


def figures(one: Sum) -> tuple[Any, ...]:
    return one.read, dict(one.dead or {}), one.filtered, one.pairs, one.late, one.counted, one.open


@pytest.mark.parametrize(("parallelism", "source"), [(1, 3), (2, 2), (3, 1)])
def test_the_sum_of_every_aggregate_comes_out(bench: Workbench, parallelism: int, source: int) -> None:
    bench.settings["TALLY_FLINK_PARALLELISM"] = str(parallelism)
    # Aggregated in two steps, and, for the windows of the second file, in one.
    files = (windowed("minutes", TUMBLING) + TOTALS, windowed("hops", HOPPING) + windowed("sums", CUMULATING))
    options = f"{ANY_SHARE}, 'scan.parallelism' = '{source}'"
    topic = shop(bench, 4, *files, options=options)
    load = Disordered(seed=parallelism, partitions=4, bad_share=0.03)
    load.produce(bench.kafka, topic, 3_000)
    left_out = sum(at % 7000 == 0 for at in load.times.values())

    bench.run(bounded=True)

    found = accounts(bench)
    assert wrong(found) == {}
    refused = {name: len(late(bench, name)) for name in ("minutes", "hops", "sums")}
    assert min(refused.values()) > 20
    assert min(left_out, len(load.bad)) > 20
    dead = {"undecodable": len(load.bad)}
    good = len(load.times)
    pairs = {
        "minutes": good,
        "hops": 3 * good,
        "sums": load.cumulating(MINUTE, 4 * MINUTE).total(),
    }
    expected: dict[str, tuple[Any, ...]] = {
        name: (3_000, dead, 0, all_, refused[name], all_ - refused[name], 0) for name, all_ in pairs.items()
    }
    expected["totals"] = (3_000, dead, left_out, good - left_out, 0, good - left_out, None)
    assert {name: figures(one) for name, one in found.items()} == expected
    for name in pairs:
        # The aggregates' own rows say the same.
        served = sum(len(events.split(",")) for (events,) in bench.rows(name, "events"))
        assert served == expected[name][5]
    for record in records(bench).values():
        assert [one.source for one in record.sources] == ["events"]
        assert source_figures(record, "events").read == load.by_partition()
        assert (record.final, record.bounded) == (True, True)


def test_the_sums_of_many_shapes_come_out(bench: Workbench) -> None:
    bench.settings["TALLY_FLINK_PARALLELISM"] = "2"
    shapes = "".join(LISTED.format(name=name, key=key, query=query) for name, (key, query) in SHAPES.items())
    topic = shop(bench, 2, VIEWS + OTHER_KNOWN + shapes + JOINED + TOGETHER)
    # Of a union, the one way comes in other tasks than the other.
    bench.write({"sql/sources/others.sql": OTHERS % ", 'scan.parallelism' = '1'"})
    Disordered(seed=5, partitions=2).produce(bench.kafka, topic, 1_000)
    Disordered(seed=6, partitions=2).produce(bench.kafka, bench.topic("others", 2), 800)

    bench.run(bounded=True)

    found = [one for record in records(bench).values() for one in sums(record)]
    assert [(name_of(one), one.complaints) for one in found if not one.comes_out] == []
    read = sorted((name_of(one), one.read) for one in found)
    both = [("in_time", 800), ("in_time", 1_000), ("in_windows", 800), ("in_windows", 1_000)]
    others = ["before_it", "seen", "together", "together"]
    alone = [(name, 1_800 if name == "of_union" else 1_000) for name in [*SHAPES, *others]]
    assert read == sorted(both + alone)
    refused = sorted(one.late or 0 for one in found if name_of(one) == "together")
    assert sum(refused) == len(late(bench, "together"))
    assert min(refused) > 20
    for name in SHAPES:
        [one] = [one for one in found if name_of(one) == name]
        assert one.late == len(late(bench, name)) > 0
        assert one.counted == one.read - one.late  # type: ignore[operator]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_sum_comes_out_at_each_checkpoint_of_a_job_that_is_killed_and_goes_on(
    bench: Workbench, seed: int
) -> None:
    chance = random.Random(seed)
    several = windowed("minutes", TUMBLING) + windowed("hops", HOPPING) + TOTALS
    topic = shop(bench, 3, several, options=ANY_SHARE)
    load = Disordered(seed=seed, partitions=3, bad_share=0.05)
    read = 0
    for _ in range(3):
        bench.settings["TALLY_FLINK_PARALLELISM"] = str(chance.choice([1, 2, 3]))
        load.produce(bench.kafka, topic, 600)
        with run_and_kill(bench) as run:
            run.until_checkpointed("a0", chance.choice([1, 2, 3]))
            load.produce(bench.kafka, topic, chance.randrange(600))
        found = accounts(bench)
        assert wrong(found) == {}
        assert read <= found["minutes"].read <= len(load.times) + len(load.bad)  # type: ignore[operator]
        read = found["minutes"].read or 0
    load.close(bench.kafka, topic)

    bench.settings["TALLY_FLINK_PARALLELISM"] = "2"
    bench.run(until=bench.read_all(topic))

    found = accounts(bench)
    assert wrong(found) == {}
    closing = 3
    good = len(load.times) + closing
    dead = {"undecodable": len(load.bad)}
    refused = {name: len(late(bench, name)) for name in ("minutes", "hops")}
    expected = {
        # Only the windows of the closing events are open.
        "minutes": (
            good + len(load.bad),
            dead,
            0,
            good,
            refused["minutes"],
            good - refused["minutes"],
            closing,
        ),
        "hops": (
            good + len(load.bad),
            dead,
            0,
            3 * good,
            refused["hops"],
            3 * good - refused["hops"],
            3 * closing,
        ),
    }
    assert {name: figures(found[name]) for name in expected} == expected
    assert found["totals"].counted == sum(n for (n,) in bench.rows("totals", "n"))
    assert records(bench)["a0"].checkpoint is not None


def _account_command(bench: Workbench) -> tuple[int, list[dict[str, Any]]]:
    command = (*TALLY, "account", "--json")
    environ = {**os.environ, **bench.environ}
    done = subprocess.run(command, cwd=bench.root, env=environ, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def changed(job: Job, change: Callable[[dict[str, Any]], None]) -> Job:
    """Return a job with its plan changed behind tally's back."""
    document = json.loads(job.plan.text)
    change(document)
    return replace(job, plan=Plan(json.dumps(document)))


def hide_a_user(document: dict[str, Any], ahead_of: str) -> None:
    """Put a filter that leaves out a user ahead of a node."""
    nodes = {node["id"]: node for node in document["nodes"]}
    [target] = [node for node in document["nodes"] if node["type"].startswith(f"stream-exec-{ahead_of}_")]
    [edge] = [edge for edge in document["edges"] if edge["target"] == target["id"]]
    source = nodes[edge["source"]]
    user = {"kind": "INPUT_REF", "inputIndex": 0, "type": "VARCHAR(2147483647) NOT NULL"}
    literal = {"kind": "LITERAL", "value": "u1", "type": "CHAR(2) NOT NULL"}
    number = max(nodes) + 1
    hiding = {
        "id": number,
        "type": "stream-exec-calc_1",
        "projection": [
            {"kind": "INPUT_REF", "inputIndex": place, "type": type_} for place, type_ in _types(source)
        ],
        "condition": {
            "kind": "CALL",
            "internalName": "$<>$1",
            "syntax": "BINARY",
            "operands": [user, literal],
            "type": "BOOLEAN NOT NULL",
        },
        "inputProperties": target["inputProperties"],
        "outputType": source["outputType"],
        "description": "Calc(hiding)",
    }
    document["nodes"].insert(document["nodes"].index(target), hiding)
    document["edges"].append({**edge, "target": number})
    edge["source"] = number


def _types(node: dict[str, Any]) -> list[tuple[int, Any]]:
    return [(place, type_) for place, (_, type_) in enumerate(types_of(node["outputType"]))]


def test_rows_that_are_lost_between_gate_and_window_are_missing_in_the_sum(bench: Workbench) -> None:
    topic = shop(bench, 2, windowed("minutes", TUMBLING))
    load = Disordered(seed=9, partitions=2)
    load.produce(bench.kafka, topic, 500)
    [job] = bench.plan()
    hiding = changed(job, lambda document: hide_a_user(document, "global-window-aggregate"))

    bench.run(bounded=True, jobs=[hiding])

    gone = sum(user == "u1" for user in load.users.values())
    refused = late(bench, "minutes")
    gone -= sum(one.row["user_id"] == "u1" for one in refused)
    admitted = 500 - len(refused)
    one = accounts(bench)["minutes"]
    said = f"{gone} rows are missing: {admitted} were not late, {admitted - gone} went in"
    assert [(c.check, c.expected, c.found, c.text) for c in one.complaints] == [
        ("let-in", admitted, admitted - gone, said)
    ]
    code, shown = _account_command(bench)
    assert code == 1
    assert shown[0]["comes_out"] is False


def test_rows_that_a_window_loses_are_missing_in_the_sum(bench: Workbench) -> None:
    """The aggregation's own count is made to count one user's rows only."""
    counting = windowed("hops", HOPPING).replace(
        "LISTAGG", "COUNT(*) FILTER (WHERE user_id = 'u1') AS ones, LISTAGG"
    )
    topic = shop(bench, 2, counting)
    load = Disordered(seed=10, partitions=2)
    load.produce(bench.kafka, topic, 500)
    [job] = bench.plan()

    def lose(document: dict[str, Any]) -> None:
        [node] = [one for one in document["nodes"] if one["type"].startswith("stream-exec-window-aggregate_")]
        node["aggCalls"][-1]["filterArg"] = node["aggCalls"][0]["filterArg"]

    bench.run(bounded=True, jobs=[changed(job, lose)])

    one = accounts(bench)["hops"]
    counted = sum(ones for (ones,) in bench.rows("hops", "ones"))
    went_in = 1_500 - len(late(bench, "hops"))
    assert [(c.check, c.expected, c.found) for c in one.complaints] == [("closed", went_in, counted)]
    code, shown = _account_command(bench)
    assert code == 1
    assert shown[0]["comes_out"] is False


def test_a_result_that_has_not_changed_is_not_put_out_again(bench: Workbench) -> None:
    """The hidden count changes with every row; what it stands beside may not."""
    bench.write({"sql/aggregates/best.sql": UNCHANGED})
    topic = shop(bench, 1)
    events = [("a", 5), ("a", 3), ("b", 1), ("a", 5), ("a", 9), ("b", 1), ("b", 2)]
    bench.produce(topic, [(None, {"user_id": user, "event_ms": at}, None) for user, at in events])

    bench.run(bounded=True)

    changes = [(json.loads(k or b""), json.loads(v or b"")) for k, v in bench.changes(f"{bench.prefix}-best")]
    latest = {user: [v["latest"] for k, v in changes if k["user_id"] == user] for user in "ab"}
    assert latest == {"a": [5, 9], "b": [1, 2]}
    users = [value and json.loads(value) for _, value in bench.changes(f"{bench.prefix}-users")]
    assert users == [{"n": 1, "users": 1}, {"n": 1, "users": 2}]
    # Behind a condition each former version is taken back, since the new one may not pass.
    early = [
        (json.loads(k or b"")["user_id"], v and json.loads(v))
        for k, v in bench.changes(f"{bench.prefix}-early")
    ]
    taken = {user: [v and v["latest"] for k, v in early if k == user] for user in "ab"}
    assert taken == {"a": [5, None], "b": [1, None, 2]}
    assert wrong(accounts(bench)) == {}
