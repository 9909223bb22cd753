"""Records in Flink's Avro format: each is one row or one dead letter, whatever came before it."""

from __future__ import annotations

import io
import random
import time

import fastavro

from tests.e2e.dead_letters import HOUR, START
from tests.e2e.formats import ROWS, SOURCE, Case, Load, Row, errors
from tests.e2e.workbench import Workbench

# As Flink derives it from the columns of the table.
SCHEMA = fastavro.parse_schema(
    {
        "type": "record",
        "name": "record",
        "fields": [
            {"name": "user_id", "type": "string"},
            {"name": "amount", "type": "int"},
            {"name": "event_ms", "type": ["null", "long"]},
            {"name": "note", "type": ["null", "string"]},
        ],
    }
)


def encoded(user: str, amount: int, event_ms: int | None, note: str | None) -> bytes:
    written = io.BytesIO()
    row = {"user_id": user, "amount": amount, "event_ms": event_ms, "note": note}
    fastavro.schemaless_writer(written, SCHEMA, row)
    return written.getvalue()


def garbage(seed: int, messages: int) -> list[bytes]:
    """Return random bytes and good messages of which some bytes are others."""
    chance = random.Random(seed)
    found = []
    for _ in range(messages):
        bad = bytearray(GOOD if chance.random() < 0.5 else chance.randbytes(chance.randrange(1, 40)))
        for _ in range(chance.randrange(1, 4)):
            bad[chance.randrange(len(bad))] = chance.randrange(256)
        found.append(bytes(bad))
    return found


ANN: Row = ("ann", 1, "x")
GOOD = encoded(*ANN[:2], START, ANN[2])
LONG = "y" * 20_000
# The length of a string, as zig-zag: two billion bytes, and -1.
HUGE, NEGATIVE = b"\xfe\xff\xff\xff\x0f", b"\x01"
ERRORS: dict[bytes | None, str] = {
    b"": "the message is empty",
    None: "the message is null",
    GOOD[:-1]: "the message is no such Avro record: a length of 1 beyond the message's end",
    GOOD[:5]: "the message ends within its Avro record",
    GOOD + GOOD: f"the message is {2 * len(GOOD)} bytes long, and its Avro record ends at {len(GOOD)}",
    GOOD + b"\x00": f"the message is {len(GOOD) + 1} bytes long, and its Avro record ends at {len(GOOD)}",
    HUGE + GOOD: "the message is no such Avro record: a length of 2147483647 beyond the message's end",
    NEGATIVE + GOOD: "the message is no such Avro record: a length of -1 beyond the message's end",
    GOOD.replace(b"ann", b"a\xffn"): "the message is no such Avro record: a string that is not UTF-8",
    GOOD[:-3] + b"\x04" + GOOD[-2:]: (
        "the message is no such Avro record: Index 2 out of bounds for length 2"
    ),
}
CASES = [
    Case(GOOD, ANN),
    Case(encoded("ä", -3, START, None), ("ä", -3, None)),
    Case(encoded("bob", 2, START, LONG), ("bob", 2, LONG)),
    Case(encoded("ann", 1, None, "x"), "no-event-time"),
    Case(encoded("ann", 1, int(time.time() * 1000) + 3 * HOUR, "x"), "too-far-ahead"),
    *(Case(message, "undecodable") for message in ERRORS),
    *(Case(GOOD[:end], "undecodable") for end in range(6, len(GOOD) - 1)),
]


def test_each_record_is_one_row_or_one_dead_letter(bench: Workbench) -> None:
    bench.write({"sql/sources/events.sql": SOURCE % "'format' = 'avro'", "sql/aggregates/a.sql": ROWS})
    bench.settings["TALLY_FLINK_PARALLELISM"] = "2"
    topic = bench.topic("events", 3)
    load = Load(partitions=3)
    cases = [*CASES, *(Case(message, None) for message in garbage(1, 30))]
    random.Random(2).shuffle(cases)
    load.produce(bench, topic, cases, times=20)

    bench.run(bounded=True)

    assert load.differences(bench) == []
    said = errors(bench)
    assert {message: said[message] for message in ERRORS} == ERRORS
