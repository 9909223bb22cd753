"""Partitions and topics of nothing but bad, late or no records: a job neither hangs nor loses count of any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import pytest

from tests.e2e.dead_letters import letters
from tests.e2e.late_rows import HOUR, MINUTE, START, Disordered
from tests.e2e.test_account import accounts, figures, wrong
from tests.e2e.test_late_rows import TUMBLING, counted, refused, shop, windowed
from tests.e2e.workbench import Workbench

TOTALS = """
CREATE MATERIALIZED TABLE totals (PRIMARY KEY (user_id) NOT ENFORCED) WITH ('sinks' = 'cassandra') AS
SELECT user_id, LISTAGG(CAST(p AS STRING) || '-' || CAST(o AS STRING)) AS events FROM events GROUP BY user_id;
"""
PARALLELISM = pytest.mark.parametrize("parallelism", [1, 2])


def odd_shop(bench: Workbench, parallelism: int) -> str:
    """Write windows and a running total over one source; returns its topic, of four partitions."""
    bench.settings["TALLY_FLINK_PARALLELISM"] = str(parallelism)
    return shop(bench, 4, windowed("minutes", TUMBLING) + TOTALS, options=", 'dead-letter.max-share' = '1'")


def produce_bad(bench: Workbench, topic: str, partitions: Iterable[int]) -> Counter[str]:
    """Produce bad records, one without a message among them; returns their identities."""
    bad = [("k", value, START) for value in ("{", None, '{"user_id": "ann"}', "[]") for _ in range(50)]
    found = Counter[str]()
    for partition in partitions:
        bench.produce(topic, bad, partition)
        found.update(f"{partition}-{offset}" for offset in range(len(bad)))
    return found


def dead(bench: Workbench) -> Counter[str]:
    found = letters(bench.kafka, f"{bench.prefix}-events.dead")
    return Counter(f"{partition}-{offset}" for partition, offset in (one.identity for one in found))


def assert_accounted(bench: Workbench, rows: int, *, still_open: int = 0) -> None:
    """Assert that the sums come out, of as many rows and of the letters and late rows that are there."""
    reasons = Counter(one.said["reason"] for one in letters(bench.kafka, f"{bench.prefix}-events.dead"))
    read, late = rows + reasons.total(), refused(bench, "minutes").total()
    found = accounts(bench)
    assert wrong(found) == {}
    assert {name: figures(one) for name, one in found.items()} == {
        "minutes": (read, reasons, 0, rows, late, rows - late, still_open),
        "totals": (read, reasons, 0, rows, 0, rows, None),
    }


def totalled(bench: Workbench) -> Counter[str]:
    listed = (events for (events,) in bench.rows("totals", "events"))
    return Counter(event for events in listed for event in events.split(","))


@PARALLELISM
def test_one_partition_of_bad_records_and_one_empty(bench: Workbench, parallelism: int) -> None:
    topic = odd_shop(bench, parallelism)
    bad = produce_bad(bench, topic, [0])
    load = Disordered(seed=parallelism, partitions=4, only=(2, 3))
    load.produce(bench.kafka, topic, 1_000)

    bench.run(bounded=True)

    assert totalled(bench) == Counter(load.times.keys())
    assert counted(bench, "minutes") + refused(bench, "minutes") == load.tumbling(MINUTE)
    assert dead(bench) == bad
    assert_accounted(bench, len(load.times))


@PARALLELISM
def test_a_topic_that_is_dead_as_a_whole(bench: Workbench, parallelism: int) -> None:
    topic = odd_shop(bench, parallelism)
    bad = produce_bad(bench, topic, range(4))

    bench.run(bounded=True)

    assert (totalled(bench), counted(bench, "minutes"), refused(bench, "minutes")) == ({}, {}, {})
    assert dead(bench) == bad
    assert_accounted(bench, 0)


@PARALLELISM
def test_a_topic_that_is_empty(bench: Workbench, parallelism: int) -> None:
    odd_shop(bench, parallelism)

    bench.run(bounded=True)

    assert (totalled(bench), counted(bench, "minutes"), refused(bench, "minutes")) == ({}, {}, {})
    assert dead(bench) == {}
    assert_accounted(bench, 0)


def produce_ahead(bench: Workbench, topic: str) -> Counter[tuple[str, int, int]]:
    """Produce one event to each partition that is an hour ahead of others; returns each with its window."""
    return produce_at(bench, topic, [START + HOUR], first=0)


def produce_behind(bench: Workbench, topic: str, events: int) -> Counter[tuple[str, int, int]]:
    """Produce events, a second apart, that come behind the one that is ahead; returns each with its window."""
    return produce_at(bench, topic, [START + 1000 * one for one in range(events)], first=1)


def produce_at(
    bench: Workbench, topic: str, times: Sequence[int], first: int
) -> Counter[tuple[str, int, int]]:
    found = Counter[tuple[str, int, int]]()
    for partition in range(4):
        bench.produce(topic, [("k", {"user_id": "u", "event_ms": at}, at) for at in times], partition)
        for offset, at in enumerate(times, first):
            start = at // MINUTE * MINUTE
            found[f"{partition}-{offset}", start, start + MINUTE] += 1
    return found


def names(pairs: Counter[tuple[str, int, int]]) -> Counter[str]:
    return Counter(event for event, _, _ in pairs.elements())


@PARALLELISM
def test_a_topic_whose_rows_are_late_but_the_first(bench: Workbench, parallelism: int) -> None:
    topic = odd_shop(bench, parallelism)
    ahead = produce_ahead(bench, topic)
    behind = produce_behind(bench, topic, 300)

    bench.run(bounded=True)

    assert totalled(bench) == names(ahead + behind)
    assert counted(bench, "minutes") + refused(bench, "minutes") == ahead + behind
    assert ahead <= counted(bench, "minutes")
    # Those of the partition that is begun last are late, and of the others those that are read later.
    assert refused(bench, "minutes").total() >= 300
    assert dead(bench) == {}
    assert_accounted(bench, (ahead + behind).total())


@PARALLELISM
def test_a_topic_whose_rows_are_all_late_when_a_job_goes_on(bench: Workbench, parallelism: int) -> None:
    topic = odd_shop(bench, parallelism)
    ahead = produce_ahead(bench, topic)
    bench.run(until=bench.read_all(topic))
    behind = produce_behind(bench, topic, 300)

    bench.run(until=bench.read_all(topic))

    assert refused(bench, "minutes") == behind
    assert totalled(bench) == names(ahead + behind)
    assert (counted(bench, "minutes"), dead(bench)) == ({}, {})
    assert_accounted(bench, (ahead + behind).total(), still_open=ahead.total())
