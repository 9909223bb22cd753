"""Records in Flink's CSV format: each is one row or one dead letter."""

from __future__ import annotations

import time

import pytest

from tests.e2e.dead_letters import HOUR, START
from tests.e2e.formats import ROWS, SOURCE, Case, Load, Row, errors
from tests.e2e.workbench import Workbench

ANN: Row = ("ann", 1, "x")
AHEAD = int(time.time() * 1000) + 3 * HOUR
# Message, what becomes of it, and what does where `csv.ignore-parse-errors` is set, if that is something else.
MESSAGES: list[tuple[bytes | None, Row | str, Row | str | None]] = [
    (b"ann,1,%d,x" % START, ANN, None),
    (b"ann,1,%d,x\n" % START, ANN, None),
    (b'"a,n",1,%d,"x ""y"""' % START, ("a,n", 1, 'x "y"'), None),
    ("änn,1,%d,x".encode() % START, ("änn", 1, "x"), None),
    (b"ann,-,%d,x" % START, "undecodable", "missing"),
    (b"ann,1.5,%d,x" % START, "undecodable", "missing"),
    (b"ann,99999999999,%d,x" % START, "undecodable", "missing"),
    (b"ann,,%d,x" % START, "undecodable", "missing"),
    (b"ann,1,soon,x", "undecodable", "no-event-time"),
    (b"ann,1,%d" % START, "undecodable", ("ann", 1, None)),
    (b"ann", "undecodable", "missing"),
    (b"ann,1,%d,x,y" % START, "undecodable", None),
    (b'"ann,1,%d,x' % START, "undecodable", None),
    (b"\xff\xfe,1,%d,x" % START, "undecodable", None),
    (b"\xff,1,%d,x" % START, "undecodable", None),
    (b"a\xed\xa0\x80n,1,%d,x" % START, "undecodable", None),
    (b"ann,1,%d,x\nbob,2,%d,y" % (START, START), "undecodable", None),
    (b"ann,1,%d,\xc3" % START, "undecodable", None),
    (b"", "undecodable", None),
    (b"\n", "undecodable", "missing"),
    (None, "undecodable", None),
    (b"ann,1,%d,x" % AHEAD, "too-far-ahead", None),
]
STRICT = [Case(message, strict) for message, strict, _ in MESSAGES]
IGNORING = [Case(message, ignoring or strict) for message, strict, ignoring in MESSAGES]
# What is wrong, as a letter says it.
ERRORS: dict[bytes | None, str] = {
    b"ann,1.5,%d,x" % START: 'Fail to deserialize at field: amount: For input string: "1.5"',
    b"ann": "Row length mismatch. 4 fields expected but was 1",
    b"ann,1,%d,x,y" % START: 'Too many entries: expected at most 4 (value #4 (1 chars) "y")',
    b"\xff,1,%d,x" % START: "the message is not UTF-8",
    b"ann,1,%d,x\nbob,2,%d,y" % (START, START): "the message holds more than one row",
    b"": "No content to map due to end-of-input",
    None: "the message is null",
}


@pytest.mark.parametrize(
    ("options", "cases"),
    [("", STRICT), (", 'csv.ignore-parse-errors' = 'true'", IGNORING)],
    ids=["strict", "ignoring"],
)
def test_each_record_is_one_row_or_one_dead_letter(bench: Workbench, options: str, cases: list[Case]) -> None:
    bench.write(
        {"sql/sources/events.sql": SOURCE % f"'format' = 'csv'{options}", "sql/aggregates/a.sql": ROWS}
    )
    bench.settings["TALLY_FLINK_PARALLELISM"] = "2"
    topic = bench.topic("events", 3)
    load = Load(partitions=3)
    load.produce(bench, topic, cases, times=len(cases))

    bench.run(bounded=True)

    assert load.differences(bench) == []
    if not options:
        assert {message: text for message, text in errors(bench).items() if message in ERRORS} == ERRORS
