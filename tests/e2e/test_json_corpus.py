"""Messages of all kinds go through a whole job: each is one counted row or one dead letter, and which is known.

Another draw of the messages at random: ``FUZZ_SEED=2 pytest tests/e2e/test_json_corpus.py``.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar

from confluent_kafka import Producer

from tally.serving.account_meters import source_figures
from tests.e2e.dead_letters import HEADERS, START, Headers, Identity, Letter, letters
from tests.e2e.json_corpus import SOURCE, aggregate, tables
from tests.e2e.json_fuzzer import JsonFuzzer
from tests.e2e.json_oracle import MAX_DEPTH, MAX_SIZE, MISSING, UNDECODABLE, Row, judged
from tests.e2e.test_account import accounts, figures, records, wrong
from tests.e2e.workbench import Workbench

PARTITIONS = 2
KEYS = (None, b"", b"\xff\x00", "ключ".encode())
Place = tuple[str, int, int]
"""Table, partition and offset."""
T = TypeVar("T")


def placed(table: str, messages: Iterable[T]) -> Iterator[tuple[Place, T]]:
    """Yield each message of a table with the place where it is to stand."""
    for at, message in enumerate(messages):
        yield (table, at % PARTITIONS, at // PARTITIONS), message


def key_of(identity: Identity) -> tuple[bytes | None, Headers]:
    """Return key and headers of a record: those of neighbours differ."""
    return KEYS[sum(identity) % len(KEYS)], HEADERS[identity[1] % len(HEADERS)]


def produce(bench: Workbench, messages: Mapping[Place, bytes | None]) -> None:
    """Produce messages to the topics of their tables, which have the tables' names."""
    topics = {
        table: bench.topic(table, PARTITIONS) for table in dict.fromkeys(table for table, *_ in messages)
    }
    producer = Producer({"bootstrap.servers": bench.kafka, "acks": "all", "enable.idempotence": True})
    for (table, partition, offset), message in messages.items():
        key, headers = key_of((partition, offset))
        producer.produce(topics[table], message, key, partition, headers=list(headers), timestamp=START)
        producer.poll(0)
    assert producer.flush(30) == 0


def letter(bench: Workbench, place: Place, message: bytes | None, reason: str, error: str) -> Letter:
    """Return the letter that a message is to become."""
    table, *identity = place
    key, headers = key_of((place[1], place[2]))
    partition, offset = map(str, identity)
    topic = f"{bench.prefix}-{table}"
    said = {"topic": topic, "partition": partition, "offset": offset, "timestamp": str(START)}
    return Letter(key, message, headers, {**said, "table": table, "reason": reason, "error": error})


def buried(bench: Workbench, names: Iterable[str]) -> dict[Place, Letter]:
    """Return the letters of tables by the places of their originals, which each has one at most."""
    found = letters(bench.kafka, *(f"{bench.prefix}-{name}.dead" for name in names))
    by_place = {(one.said["table"], *one.identity): one for one in found}
    assert len(by_place) == len(found)
    return by_place


def differing(expected: Mapping[Place, T], found: Mapping[Place, T]) -> list[str]:
    """Return of the first places where both are not the same what was expected and what was found instead."""
    places = (place for place in {**expected, **found} if expected.get(place) != found.get(place))
    return [f"{one}: {expected.get(one)}, and not {found.get(one)}" for one in islice(places, 10)]


def assert_accounted(bench: Workbench, reasons: Mapping[str, Counter[str]], rows: Counter[str]) -> None:
    """Assert that the sum of ``seen`` comes out, and that of each table read and dead are what they must be."""
    dead = sum(reasons.values(), Counter[str]())
    counted = rows.total()
    found = accounts(bench)
    assert wrong(found) == {}
    assert {name: figures(one) for name, one in found.items()} == {
        "seen": (counted + dead.total(), dead, 0, counted, 0, counted, None)
    }
    [record] = records(bench).values()
    sources = {name: source_figures(record, name) for name in {**reasons, **rows}}
    assert {name: (sum(one.read.values()), one.dead) for name, one in sources.items()} == {
        name: (rows[name] + reasons[name].total(), reasons[name]) for name in sources
    }


def test_each_message_of_the_corpus_is_one_row_or_one_letter_that_says_what_is_wrong(
    bench: Workbench,
) -> None:
    every = {table.name: table for table in tables()}
    bench.write({f"sql/sources/{name}.sql": table.source() for name, table in every.items()})
    bench.write({"sql/aggregates/seen.sql": aggregate([*every.values()])})
    cases = dict(one for name, table in every.items() for one in placed(name, table.cases))
    assert len(cases) > 450
    produce(bench, {place: case.message for place, case in cases.items()})

    bench.run_by_command()

    rows = {
        (table, *where): (times, *every[table].cleaned(texts))
        for table, *where, times, texts in bench.rows("seen", "declared, kafka_p, kafka_o, times, texts")
    }
    dead = {place: case for place, case in cases.items() if case.error}
    valid = {place: (1, *every[place[0]].values(case)) for place, case in cases.items() if not case.error}
    assert differing(valid, rows) == []
    expected = {place: letter(bench, place, case.message, *case.error) for place, case in dead.items()}
    assert differing(expected, buried(bench, every)) == []
    reasons = {
        name: Counter(case.error[0] for place, case in dead.items() if place[0] == name) for name in every
    }
    assert_accounted(bench, reasons, Counter(table for table, *_ in valid))


FUZZED = """id BIGINT NOT NULL, label VARCHAR(12), amount DOUBLE, flag BOOLEAN, small TINYINT,
  price DECIMAL(12, 3), moment TIMESTAMP(3), tags ARRAY<STRING>, place ROW<x DOUBLE NOT NULL, y INT>"""
SEEN = """
CREATE MATERIALIZED TABLE seen (PRIMARY KEY (kafka_p, kafka_o) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT kafka_p, kafka_o, COUNT(*) AS times, MAX(id) AS id, MAX(label) AS label, MAX(amount) AS amount,
  MAX(flag) AS flag, MAX(small) AS small, MAX(price) AS price, MAX(CAST(moment AS STRING)) AS moment,
  MAX(CAST(tags AS STRING)) AS tags, MAX(place.x) AS x, MAX(place.y) AS y
FROM fuzzed GROUP BY kafka_p, kafka_o;
"""
SEEN_COLUMNS = "kafka_p, kafka_o, times, id, label, amount, flag, small, price, moment, tags, x, y"


def exactly(value: Any) -> Any:
    """Return a value as the oracle gives it: doubles in hexadecimal."""
    return value.hex() if isinstance(value, float) else value


def test_each_message_drawn_at_random_is_the_row_that_python_makes_of_it_or_one_letter(
    bench: Workbench,
) -> None:
    bench.settings["TALLY_FLINK_PARALLELISM"] = "2"
    limits = f", 'json.max-depth' = '{MAX_DEPTH}', 'json.max-size' = '{MAX_SIZE} bytes'"
    bench.write({"sql/sources/fuzzed.sql": SOURCE.format(name="fuzzed", columns=FUZZED, options=limits)})
    bench.write({"sql/aggregates/seen.sql": SEEN})
    fuzzer = JsonFuzzer(int(os.environ.get("FUZZ_SEED", "1")))
    messages = dict(placed("fuzzed", (fuzzer.message() for _ in range(5_000))))
    produce(bench, messages)
    outcomes = {place: judged(message) for place, message in messages.items()}
    valid: dict[Place, Row] = {
        place: (1, *row) for place, row in outcomes.items() if not isinstance(row, str)
    }
    reasons = Counter(reason for reason in outcomes.values() if isinstance(reason, str))
    assert min(len(valid), 10 * reasons[MISSING], reasons[UNDECODABLE]) > 1_000

    bench.run(bounded=True)

    rows = {
        ("fuzzed", partition, offset): tuple(map(exactly, values))
        for partition, offset, *values in bench.rows("seen", SEEN_COLUMNS)
    }
    assert differing(valid, rows) == []
    found = buried(bench, ["fuzzed"])
    assert all(one.said["error"] for one in found.values())
    untold = {place: replace(one, said={**one.said, "error": ""}) for place, one in found.items()}
    expected = {
        place: letter(bench, place, messages[place], reason, "")
        for place, reason in outcomes.items()
        if isinstance(reason, str)
    }
    assert differing(expected, untold) == []
    assert_accounted(bench, {"fuzzed": reasons}, Counter({"fuzzed": len(valid)}))
