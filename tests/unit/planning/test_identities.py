"""Columns of a row's record, carried through small plans; what Flink makes of them is tested end to end."""

import json

import pytest

from tally.errors import Span
from tally.planning.identities import identified
from tally.planning.job import Gate, Source
from tally.planning.plan import Plan

TIME = {"kind": "ROWTIME", "precision": 3, "type": "TIMESTAMP_WITH_LOCAL_TIME_ZONE"}
PARTITION, OFFSET = "`$partition` INT NOT NULL", "`$offset` BIGINT NOT NULL"
SCAN = {
    "type": "stream-exec-table-source-scan_2",
    "scanTableSource": {
        "abilities": [
            {"type": "ProjectPushDown", "producedType": "ROW<`k` INT, `$dead` ROW<`e` INT>> NOT NULL"},
            {
                "type": "ReadingMetadata",
                "producedType": "ROW<`k` INT, `$dead` ROW<`e` INT>> NOT NULL",
                "metadataKeys": ["dead-letter"],
            },
        ]
    },
    "outputType": "ROW<`k` INT, `$dead` ROW<`e` INT>>",
}
WINDOW = {"type": "stream-exec-local-window-aggregate_1", "outputType": "ROW<`n` BIGINT>"}


def calc(*columns, kind="calc", type_="ROW<`k` INT>", condition=None):
    return {
        "type": f"stream-exec-{kind}_1",
        "projection": [*columns],
        "condition": condition,
        "outputType": type_,
    }


def column(place):
    return {"kind": "INPUT_REF", "inputIndex": place, "type": "INT"}


def passing(kind, type_):
    return {"type": f"stream-exec-{kind}_1", "outputType": type_}


def plan(*chain, beside=()):
    """Return a plan of nodes one behind the other, and of (node, the node before it) besides; numbered from 1."""
    nodes = [{"id": number, **json.loads(json.dumps(node))} for number, node in enumerate(chain, 1)]
    edges = [{"source": number, "target": number + 1} for number in range(1, len(chain))]
    for number, (node, before) in enumerate(beside, len(chain) + 1):
        nodes.append({"id": number, **json.loads(json.dumps(node))})
        edges.append({"source": before, "target": number})
    return Plan(json.dumps({"nodes": nodes, "edges": edges}))


def carried(found, node, topic="events"):
    """Return the changed nodes by id, and the identity of a gate ahead of a node."""
    source = Source("events", topic, (), Span("events.sql", 1, 1), is_routed=True)
    changed, (gate,) = identified(found, [Gate(node, 0, "moment", 0, source="events")], [source])
    return {one["id"]: one for one in changed.nodes}, gate.identity


def test_the_source_reads_them_and_every_node_up_to_the_gate_hands_them_on():
    rows = passing("exchange", {"type": "ROW", "fields": [{"name": "at", "fieldType": TIME}]})
    mini_batch = passing("mini-batch-assigner", SCAN["outputType"])
    nodes, identity = carried(plan(SCAN, mini_batch, calc(column(0)), rows, WINDOW), 5)
    assert identity == (1, 2)
    scan = nodes[1]["scanTableSource"]["abilities"]
    assert scan[0]["producedType"] == f"ROW<`k` INT, `$dead` ROW<`e` INT>, {PARTITION}, {OFFSET}> NOT NULL"
    assert scan[1]["metadataKeys"] == ["dead-letter", "partition", "offset"]
    assert nodes[2]["outputType"] == f"ROW<`k` INT, `$dead` ROW<`e` INT>, {PARTITION}, {OFFSET}>"
    assert [one["inputIndex"] for one in nodes[3]["projection"]] == [0, 2, 3]
    assert [field["name"] for field in nodes[4]["outputType"]["fields"]] == ["at", "$partition", "$offset"]
    assert nodes[5] == {"id": 5, **WINDOW}


def test_of_several_topics_the_topic_is_carried_as_well():
    nodes, identity = carried(plan(SCAN, calc(column(0)), WINDOW), 3, topic="events;more")
    assert identity == (1, 2, 3)
    assert nodes[1]["scanTableSource"]["abilities"][1]["metadataKeys"] == [
        "dead-letter",
        "topic",
        "partition",
        "offset",
    ]


def test_results_of_python_functions_move_behind_them():
    call = {"kind": "CALL", "operands": [column(0)]}
    python = calc(column(0), call, kind="python-calc", type_="ROW<`k` INT, `f0` ROW<`a` INT, `b` INT>>")
    is_set = {"kind": "CALL", "operands": [column(1)]}
    after = calc(column(1), column(0), type_="ROW<`f` INT, `k` INT>", condition=is_set)
    nodes, identity = carried(plan(SCAN, calc(column(0)), python, after, WINDOW), 5)
    assert identity == (2, 3)
    assert nodes[3]["projection"] == [column(0), *_references(1, 2), call]
    assert nodes[3]["outputType"] == f"ROW<`k` INT, {PARTITION}, {OFFSET}, `f0` ROW<`a` INT, `b` INT>>"
    assert [one["inputIndex"] for one in nodes[4]["projection"]] == [3, 0, 1, 2]
    assert nodes[4]["condition"]["operands"][0]["inputIndex"] == 3


def _references(partition, offset):
    return [
        {"kind": "INPUT_REF", "inputIndex": partition, "type": "INT NOT NULL"},
        {"kind": "INPUT_REF", "inputIndex": offset, "type": "BIGINT NOT NULL"},
    ]


def test_what_else_reads_a_node_keeps_its_columns():
    other = calc(column(0), column(1))
    nodes, identity = carried(plan(SCAN, calc(column(0)), WINDOW, beside=[(other, 1)]), 3)
    assert identity == (1, 2)
    assert nodes[4] == {"id": 4, **other}


EXCHANGE, RANK = passing("exchange", "ROW<`k` INT>"), passing("rank", "ROW<`k` INT>")
BLOCKED = {
    "window function": plan(SCAN, calc(column(0)), passing("window-table-function", "ROW<`k` INT>"), WINDOW),
    "rank": plan(SCAN, calc(column(0)), RANK, WINDOW),
    "sink beside": plan(SCAN, calc(column(0)), EXCHANGE, WINDOW, beside=[(passing("sink", "ROW<>"), 2)]),
    "rank beside": plan(SCAN, calc(column(0)), EXCHANGE, WINDOW, beside=[(RANK, 3)]),
    "results of Python that no projection reads": plan(
        SCAN, calc(column(0), kind="python-calc"), EXCHANGE, WINDOW
    ),
}


@pytest.mark.parametrize("name", BLOCKED)
def test_they_are_left_out_where_a_row_may_not_grow(name):
    nodes, identity = carried(BLOCKED[name], 4)
    assert identity == ()
    assert list(nodes.values()) == BLOCKED[name].nodes
