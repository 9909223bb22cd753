"""Rows that a sink cannot hold, beside the largest, longest and emptiest that each can: nothing ends the job."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tally.cli.account_lines import shown_at_end
from tally.running.errors import TooManyRefusedRows
from tally.serving.account import read_accounts
from tally.serving.account_refused import Refused, refused_rows
from tally.serving.refused_rows import RefusedRow, read_refused_rows
from tally.serving.topics import end_offsets
from tests.e2e.dead_letters import run_and_kill
from tests.e2e.workbench import Workbench

SOURCE = """
CREATE TABLE hostile (
  k STRING NOT NULL,
  k2 STRING NOT NULL,
  n INT,
  tags ARRAY<STRING>,
  pairs MAP<STRING, STRING>,
  packed STRING,
  map_key STRING,
  event_ms BIGINT NOT NULL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND
) WITH ('connector' = 'kafka', 'topic' = '${T}-hostile', 'format' = 'json');
"""
TYPES = """
CREATE TABLE typed (
  id STRING NOT NULL,
  yes BOOLEAN, tiny TINYINT, small SMALLINT, whole INT, big BIGINT, f FLOAT, d DOUBLE, price DECIMAL(38, 10),
  dated DATE, at_time TIME(0), moment TIMESTAMP(3)
) WITH ('connector' = 'kafka', 'topic' = '${T}-typed', 'format' = 'json');
"""
# Without mini-batch each change of a result is a row of it.
AGGREGATES = """
SET 'table.exec.mini-batch.enabled' = 'false';

CREATE MATERIALIZED TABLE by_key (PRIMARY KEY (k) NOT ENFORCED)
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = '${T}-by-key') AS
SELECT k, n, REPEAT('x', n) AS text, tags, pairs, FROM_BASE64(packed) AS decoded, MAP[map_key, 'v'] AS made
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY event_time DESC) AS place FROM hostile)
WHERE place = 1;

CREATE MATERIALIZED TABLE by_pair (PRIMARY KEY (k, k2) NOT ENFORCED)
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = '${T}-by-pair') AS
SELECT k, k2, COUNT(*) AS n FROM hostile GROUP BY k, k2;

CREATE MATERIALIZED TABLE clustered (PRIMARY KEY (k, k2) NOT ENFORCED)
WITH ('cassandra.partition-key' = 'k') AS
SELECT k, k2, COUNT(*) AS n FROM hostile GROUP BY k, k2;

CREATE MATERIALIZED TABLE small_records (PRIMARY KEY (k) NOT ENFORCED)
WITH ('sinks' = 'kafka', 'kafka.topic' = '${T}-small', 'kafka.max-record-size' = '4 mb', 'kafka.key.format' = 'raw') AS
SELECT k, MAX(REPEAT('x', n)) AS text FROM hostile GROUP BY k;

CREATE MATERIALIZED TABLE types (PRIMARY KEY (id) NOT ENFORCED)
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = '${T}-types') AS
SELECT id, MAX(yes) AS yes, MAX(tiny) AS tiny, MAX(small) AS small, MAX(whole) AS whole, MAX(big) AS big, MAX(f) AS f,
  MAX(d) AS d, MAX(price) AS price, MAX(dated) AS dated, MAX(at_time) AS at_time, MAX(moment) AS moment
FROM typed GROUP BY id;

CREATE MATERIALIZED TABLE by_number (PRIMARY KEY (big, price, dated, moment) NOT ENFORCED) AS
SELECT COALESCE(big, 0) AS big, COALESCE(price, 0) AS price, COALESCE(dated, DATE '1970-01-01') AS dated,
  COALESCE(moment, TIMESTAMP '1970-01-01 00:00:00.000') AS moment, COUNT(*) AS n
FROM typed
GROUP BY COALESCE(big, 0), COALESCE(price, 0), COALESCE(dated, DATE '1970-01-01'),
  COALESCE(moment, TIMESTAMP '1970-01-01 00:00:00.000');
"""
LONGEST, TOO_LONG = "y" * 65_535, "z" * 65_536
PAIR = "p" * 65_520
MB = 1_000_000


@dataclass(frozen=True)
class Row:
    """A record of the source, with what is usual where nothing is said."""

    k: str
    k2: str = "b"
    n: int | None = 3
    tags: list[str | None] | None = None
    pairs: Mapping[str, str | None] | None = None
    packed: str | None = None
    map_key: str | None = "m"


ROWS = (
    Row("a"),
    Row("", k2=""),
    Row(LONGEST),
    Row(TOO_LONG),
    Row("nul\0", k2="\0"),
    Row("grows"),
    Row("grows", n=2 * MB),
    Row("is back"),
    Row("is back", n=2 * MB),
    Row("is back", n=4),
    Row("huge", n=20 * MB),
    Row("null in list", tags=["a", None]),
    Row("null in map", pairs={"a": None}),
    Row("null as key", map_key=None),
    Row("no UTF-8", packed="/w=="),
    Row("größe", packed="w6Q="),
    Row("empty", n=0, tags=[], pairs={}, packed=""),
    Row("no text", n=None),
    Row(PAIR, k2="q" * 9),
    Row(PAIR, k2="q" * 10),
    Row("long second", k2=LONGEST),
    Row("too long second", k2=TOO_LONG),
)
GREATEST = {
    "yes": True,
    "tiny": 127,
    "small": 32_767,
    "whole": 2**31 - 1,
    "big": 2**63 - 1,
    "f": 3.4028235e38,
    "d": 1.7976931348623157e308,
    "price": "9" * 28 + "." + "9" * 10,
    "dated": "9999-12-31",
    "at_time": "23:59:59",
    "moment": "9999-12-31 23:59:59.999",
}
LEAST = {
    "yes": False,
    "tiny": -128,
    "small": -32_768,
    "whole": -(2**31),
    "big": -(2**63),
    "f": -3.4028235e38,
    "d": -1.7976931348623157e308,
    "price": "-" + "9" * 28 + "." + "9" * 10,
    "dated": "0001-01-01",
    "at_time": "00:00:00",
    "moment": "0001-01-01 00:00:00.000",
}
TYPED: Mapping[str, Mapping[str, Any]] = {"greatest": GREATEST, "least": LEAST, "nulls": {}, "\0": {}, "": {}}
# Of each refused row its key, who cannot hold it, and whether the sinks got a delete of the key.
REFUSED = {
    "by_key": [
        ([""], "cassandra", False),
        ([TOO_LONG], "cassandra", False),
        (["grows"], "kafka", True),
        (["huge"], "cassandra, kafka", True),
        (["is back"], "kafka", True),
        (["no UTF-8"], "cassandra", True),
        (["null as key"], "cassandra, kafka", True),
        (["null in list"], "cassandra", True),
        (["null in map"], "cassandra", True),
    ],
    # Three more bytes for each of two columns.
    "by_pair": [
        ([LONGEST, "b"], "cassandra", False),
        ([PAIR, "q" * 10], "cassandra", False),
        ([TOO_LONG, "b"], "cassandra", False),
        (["long second", LONGEST], "cassandra", False),
        (["too long second", TOO_LONG], "cassandra", False),
    ],
    "clustered": [
        (["", ""], "cassandra", False),
        ([TOO_LONG, "b"], "cassandra", False),
        (["too long second", TOO_LONG], "cassandra", False),
    ],
    "small_records": [(["huge"], "kafka", True)],
    "types": [([""], "cassandra", False)],
    "by_number": [],
}


def with_numbers(record: Mapping[str, Any]) -> str:
    """Return a record as JSON, its decimal as a number, which Python's floats could not hold."""
    price = record.get("price")
    return json.dumps(record).replace(f'"{price}"', str(price))


def refused(bench: Workbench, aggregate: str) -> list[RefusedRow]:
    topic = f"{aggregate}.refused"
    rows = read_refused_rows(bench.kafka, topic, end_offsets(bench.kafka, topic))
    return [row for row in rows if row is not None]


def keys(rows: list[RefusedRow]) -> list[tuple[list[str], str, bool]]:
    return [(list(json.loads(row.key).values()), row.sinks, row.deleted) for row in rows]


def readable(rows: list[tuple[list[str], str, bool]]) -> list[tuple[str, str, bool]]:
    """Sort rows, and write each key so that a difference can be read."""
    texts = ((" ".join(f"{part[:20]!r} of {len(part)}" for part in key), *what) for key, *what in rows)
    return sorted(texts)


def reasons(rows: list[RefusedRow]) -> dict[str, str]:
    return {next(iter(json.loads(row.key).values()))[:20]: row.reason for row in rows}


def held(aggregate: str, all_keys: set[tuple[str, ...]], gone: set[str]) -> set[tuple[str, ...]]:
    """Return the keys that the sinks of an aggregate hold in the end."""
    never = {tuple(key) for key, _, deleted in REFUSED[aggregate] if not deleted or key[0] in gone}
    return all_keys - never


def test_nothing_ends_a_job_and_what_no_sink_holds_is_told_once(bench: Workbench) -> None:
    files = {"sql/sources/hostile.sql": SOURCE, "sql/sources/typed.sql": TYPES}
    bench.write({**files, "sql/aggregates/hostile.sql": AGGREGATES})
    records = ({**row.__dict__, "event_ms": 1000 * at} for at, row in enumerate(ROWS))
    bench.produce(bench.topic("hostile"), [(None, record, None) for record in records])
    typed = (with_numbers({"id": id_, **values}) for id_, values in TYPED.items())
    bench.produce(bench.topic("typed"), [(None, record, None) for record in typed])

    bench.run(bounded=True)

    found = {aggregate: refused(bench, aggregate) for aggregate in REFUSED}
    for aggregate, rows in found.items():
        assert readable(keys(rows)) == readable(REFUSED[aggregate]), aggregate
    _check_reasons(bench, found)
    _check_served(bench)
    _check_types(bench)
    _check_account(bench)


def _check_reasons(bench: Workbench, found: Mapping[str, list[RefusedRow]]) -> None:
    table = f"{bench.prefix}.by_key"
    said = reasons(found["by_key"])
    assert said[""] == (
        f"cassandra: partition key of {table}: column k is empty, and Cassandra takes no empty partition key"
    )
    assert said["z" * 20] == (
        f"cassandra: partition key of {table}: column k has 65536 bytes, more than the 65535 that Cassandra takes"
    )
    assert (
        said["no UTF-8"]
        == f"cassandra: column {table}.decoded: '�' is not UTF-8, and the column holds nothing else"
    )
    assert said["null in list"] == (
        f"cassandra: column {table}.tags: an ARRAY or MAP holds a null, which a Cassandra collection cannot"
    )
    assert said["grows"].startswith("kafka: the record would have 20001")
    assert said["grows"].endswith(" bytes, more than the producer's 'max.request.size' of 1048576")
    assert "; kafka: its format cannot write the row: " in said["null as key"]
    assert "more than 'sink.max-row-size' of 15728640; kafka: the record would have 20000" in said["huge"]
    huge = next(row for row in found["by_key"] if b"huge" in row.key)
    assert json.loads(huge.value)["text"] == "x" * 20 * MB


def _check_served(bench: Workbench) -> None:
    singles = {(row.k,) for row in ROWS}
    pairs = {(row.k, row.k2) for row in ROWS}
    gone = {key[0] for key, _, _ in REFUSED["by_key"]} - {"is back"}
    by_key = {key for key in singles if key[0] not in gone}
    assert {row[:1] for row in bench.rows("by_key", "k")} == by_key
    latest = bench.last_values(f"{bench.prefix}-by-key")
    assert set(latest) == by_key
    # An older value is never served as the present one; a later one is.
    assert latest["is back",]["text"] == "xxxx"
    assert dict(bench.rows("by_key", "k, n"))["is back"] == 4
    assert latest["empty",] == {
        "k": "empty", "n": 0, "text": "", "tags": [], "pairs": {}, "decoded": "", "made": {"m": "v"}
    }  # fmt: skip
    by_pair = held("by_pair", pairs, set())
    assert {row for row in bench.rows("by_pair", "k, k2")} == by_pair
    assert set(bench.last_values(f"{bench.prefix}-by-pair")) == by_pair
    assert {row for row in bench.rows("clustered", "k, k2")} == held("clustered", pairs, set())
    small = {key.decode() for key, value in dict(bench.changes(f"{bench.prefix}-small")).items() if value}
    assert small == {row.k for row in ROWS} - {"huge"}


def _check_types(bench: Workbench) -> None:
    served = {row[0]: row[1:] for row in bench.rows("types", "id, big, tiny, f, price")}
    assert set(served) == set(TYPED) - {""}
    assert (served["greatest"][0], str(served["greatest"][3])) == (2**63 - 1, GREATEST["price"])
    assert (served["least"][0], served["least"][1], served["nulls"]) == (-(2**63), -128, (None,) * 4)
    written = bench.last_values(f"{bench.prefix}-types")
    assert written["greatest",]["dated"] == "9999-12-31"
    assert written["least",]["moment"] == "0001-01-01T00:00:00"
    assert bench.rows("by_number", "n") == [(1,), (1,), (3,)]


def _check_account(bench: Workbench) -> None:
    (record,) = read_accounts(bench.kafka, f"{bench.prefix}-account").records
    figures = {one.aggregate: one for one in refused_rows(record)}
    counted = {name: one.refused for name, one in figures.items()}
    assert counted == {aggregate: len(rows) for aggregate, rows in REFUSED.items()}
    assert figures["by_key"] == Refused("by_key", "by_key.refused", len(ROWS), len(REFUSED["by_key"]))
    lines = list(shown_at_end([record]))
    told = f"by_key: refused 9 of {len(ROWS)} result rows, which a sink cannot hold; see "
    assert f"{told}`tally dead by_key --refused`" in lines
    assert all(line.endswith(": comes out") for line in lines if "refused" not in line)


ORDERS = """
CREATE TABLE orders (id BIGINT NOT NULL, note STRING)
WITH ('connector' = 'kafka', 'topic' = '${T}-orders', 'format' = 'json');
"""
# A note that is null is one inside the array.
NOTED = """
CREATE MATERIALIZED TABLE {name} (PRIMARY KEY (id) NOT ENFORCED) WITH ('sinks' = 'cassandra, kafka',
  'kafka.topic' = '${{T}}-{name}'{more})
AS SELECT id, ARRAY[MAX(note)] AS notes FROM orders GROUP BY id;
"""
ANY = ", 'refused.max-share' = '1'"


def produce_orders(bench: Workbench, topic: str, ids: range) -> None:
    """Produce orders, those with even ids without a note."""
    rows = ({"id": one, "note": "n" if one % 2 else None} for one in ids)
    bench.produce(topic, [(None, row, None) for row in rows])


def test_each_refused_row_is_told_once_by_a_job_that_is_killed_and_goes_on(bench: Workbench) -> None:
    name = f"noted_{bench.prefix}"
    bench.write(
        {"sql/sources/orders.sql": ORDERS, "sql/aggregates/a0.sql": NOTED.format(name=name, more=ANY)}
    )
    topic, produced = bench.topic("orders"), 0
    for number in (700, 900):
        produce_orders(bench, topic, range(produced, produced + number))
        with run_and_kill(bench) as run:
            run.until_checkpointed("a0", 2)
            produce_orders(bench, topic, range(produced + number, produced + number + 300))
        produced += number + 300

    bench.run(until=bench.read_all(topic))

    told = Counter(json.loads(row.key)["id"] for row in refused(bench, name))
    assert told == Counter(range(0, produced, 2))
    assert bench.rows(name, "id") == [(one,) for one in range(1, produced, 2)]


def test_where_most_rows_are_refused_the_job_stops_and_says_why(bench: Workbench) -> None:
    name = f"noted_{bench.prefix}"
    bench.write(
        {"sql/sources/orders.sql": ORDERS, "sql/aggregates/noted.sql": NOTED.format(name=name, more="")}
    )
    produce_orders(bench, bench.topic("orders"), range(3_000))
    with pytest.raises(TooManyRefusedRows) as stopped:
        bench.run(bounded=True)
    assert re.fullmatch(
        rf"job 'noted' stopped: too many refused rows: \d+ of the last \d+ rows of aggregate '{name}', more than the "
        r"share of 0.05 that 'refused.max-share' allows; the last one, key \{\"id\":\d+\}: cassandra: column "
        rf"{bench.prefix}.{name}.notes: an ARRAY or MAP holds a null, which a Cassandra collection cannot",
        stopped.value.message,
    )
