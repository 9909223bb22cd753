"""Records that vanished before they were read: a job stops and says which, or counts them where it is told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from tally.running.errors import RecordsLost
from tally.running.following import Progress
from tally.running.rest import wait_for
from tally.serving.account_meters import source_figures
from tests.e2e.test_account import accounts, records
from tests.e2e.topics import make_topic
from tests.e2e.workbench import Workbench

EVENTS = """
CREATE TABLE events (k STRING NOT NULL, event_ms BIGINT %(time)s)
WITH ('connector' = 'kafka', 'topic' = '${T}-events', 'format' = 'json' %(options)s);
"""
TIMED = ", et AS TO_TIMESTAMP_LTZ(event_ms, 3), WATERMARK FOR et AS et - INTERVAL '1' SECOND"
COUNTS = """
CREATE MATERIALIZED TABLE counts (PRIMARY KEY (k) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT k, COUNT(*) AS n FROM events GROUP BY k;
"""
START = 1_767_225_600_000
COUNT = ", 'lost-records.action' = 'count'"
Until = Callable[[Sequence[Progress]], bool]


def declare(bench: Workbench, time: str = "", options: str = "") -> None:
    events = EVENTS % {"time": time, "options": options}
    bench.write({"sql/sources/events.sql": events, "sql/aggregates/counts.sql": COUNTS})


def produce(bench: Workbench, topic: str, key: str, number: int) -> None:
    bench.produce(topic, [(key, {"k": key, "event_ms": START + one}, START + one) for one in range(number)])


def remove_before(bench: Workbench, topic: str, offset: int) -> None:
    """Remove records as retention does."""
    client = AdminClient({"bootstrap.servers": bench.kafka})
    for removed in client.delete_records([TopicPartition(topic, 0, offset)]).values():
        removed.result(30)


def recreate(bench: Workbench, topic: str) -> None:
    client = AdminClient({"bootstrap.servers": bench.kafka})
    client.delete_topics([topic])[topic].result(30)
    wait_for(lambda: topic not in client.list_topics(timeout=30).topics)
    make_topic(bench.kafka, topic)


def counted(bench: Workbench, number: int) -> Until:
    """Return what tells whether a checkpoint holds so many rows."""

    def are_there(_: Sequence[Progress]) -> bool:
        total = accounts(bench).get("counts")
        return total is not None and total.counted == number

    return are_there


class Steps:
    """Takes steps in order, each once rows of so many are counted; stops the run when the last number is."""

    def __init__(self, bench: Workbench, *steps: tuple[int, Callable[[], None]]) -> None:
        self._bench = bench
        self._steps = list(steps)

    def __call__(self, progress: Sequence[Progress]) -> bool:
        if self._steps and counted(self._bench, self._steps[0][0])(progress):
            _, step = self._steps.pop(0)
            step()
        return not self._steps


def nothing() -> None:
    """Do nothing: the run goes on, or ends."""


def stopped(bench: Workbench, *steps: tuple[int, Callable[[], None]]) -> str:
    """Run until the job stops at lost records, and return which."""
    take = Steps(bench, *steps)

    def until(progress: Sequence[Progress]) -> bool:
        take(progress)
        return any(one.state == "RESTARTING" for one in progress)

    with pytest.raises(RecordsLost) as failed:
        bench.run(until=until)
    return failed.value.records


def lost(bench: Workbench) -> tuple[int | None, dict[str, dict[str, int]], list[str]]:
    """Return the lost offsets of the audit, those by cause, and what does not hold in it."""
    [record] = records(bench).values()
    figures = source_figures(record, "events")
    causes = {cause: dict(of) for cause, of in figures.lost.items()}
    return figures.lost_offsets, causes, [one.text for one in accounts(bench)["counts"].complaints]


@pytest.mark.parametrize("time", ["", TIMED], ids=["without a clock", "with the clock"])
def test_retention_that_overtakes_a_stopped_job(bench: Workbench, time: str) -> None:
    topic = bench.topic("events")
    declare(bench, time)
    produce(bench, topic, "first", 100)
    bench.run(until=counted(bench, 100))
    produce(bench, topic, "lost", 50)
    produce(bench, topic, "kept", 20)
    remove_before(bench, topic, 150)

    assert stopped(bench) == (
        f"source table 'events': topic '{topic}', partition 0: offsets 100 to 149 are gone, up to 50 records: "
        "its log begins at offset 150 now"
    )
    assert bench.rows("counts", "k, n") == [("first", 100)]

    declare(bench, time, COUNT)
    bench.run(until=counted(bench, 120))
    assert bench.rows("counts", "k, n") == [("first", 100), ("kept", 20)]
    words = (
        "records of source 'events' were lost before they were read: "
        "retention removed 50 offsets, so many records at most (partition 0)"
    )
    assert lost(bench) == (50, {"retention": {"0": 50}}, [words])
    assert accounts(bench)["counts"].read == 120
    # What is lost stays so: also after a start that loses nothing.
    produce(bench, topic, "kept", 1)
    bench.run(until=counted(bench, 121))
    assert lost(bench) == (50, {"retention": {"0": 50}}, [words])


ANEW = (
    "source table 'events': topic '{}', partition 0: the topic was deleted and made anew; "
    "it had been read up to offset {}, and how many records came behind that is not known"
)
NOT_KNOWN = (
    "records of source 'events' were lost before they were read: "
    "the topic was deleted and made anew, how many is not known (partition 0)"
)


def test_a_topic_that_is_made_anew_while_a_job_is_stopped(bench: Workbench) -> None:
    topic = bench.topic("events")
    declare(bench)
    produce(bench, topic, "old", 100)
    bench.run(until=counted(bench, 100))
    recreate(bench, topic)
    produce(bench, topic, "new", 130)

    assert stopped(bench) == ANEW.format(topic, 100)
    assert bench.rows("counts", "k, n") == [("old", 100)]

    declare(bench, options=", 'properties.auto.offset.reset' = 'earliest'")
    bench.run(until=counted(bench, 230))
    assert bench.rows("counts", "k, n") == [("new", 130), ("old", 100)]
    assert lost(bench) == (None, {"recreated": {"0": 0}}, [NOT_KNOWN])
    # The new topic is the one that is known now.
    declare(bench, options=", 'properties.auto.offset.reset' = 'none'")
    produce(bench, topic, "new", 1)
    bench.run(until=counted(bench, 231))
    assert bench.rows("counts", "k, n") == [("new", 131), ("old", 100)]


def test_what_is_lost_while_a_job_runs(bench: Workbench) -> None:
    """Retention: a transaction that stays open holds the job back meanwhile. Then the topic is made anew."""
    topic = bench.topic("events")
    declare(bench, TIMED, COUNT)
    produce(bench, topic, "first", 100)
    held = Producer({"bootstrap.servers": bench.kafka, "transactional.id": f"{topic}-held"})

    def overtake() -> None:
        held.init_transactions(30)
        held.begin_transaction()
        held.produce(topic, '{"k": "aborted"}', partition=0)
        held.flush(30)
        produce(bench, topic, "lost", 50)
        remove_before(bench, topic, 151)
        held.abort_transaction(30)
        produce(bench, topic, "kept", 20)

    def make_anew() -> None:
        recreate(bench, topic)
        produce(bench, topic, "new", 300)

    bench.run(until=Steps(bench, (100, overtake), (120, make_anew), (420, nothing)))

    assert bench.rows("counts", "k, n") == [("first", 100), ("kept", 20), ("new", 300)]
    assert lost(bench)[:2] == (None, {"recreated": {"0": 0}, "retention": {"0": 51}})

    declare(bench, TIMED)
    produce(bench, topic, "new", 1)
    assert stopped(bench, (421, make_anew)) == ANEW.format(topic, 301)
    assert bench.rows("counts", "k, n") == [("first", 100), ("kept", 20), ("new", 301)]


VERSIONS = """
CREATE TABLE versions (k STRING NOT NULL, v INT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'upsert-kafka',
  'topic' = '${T}-versions', 'key.format' = 'json', 'value.format' = 'json' %(options)s);
"""
LATEST = """
CREATE MATERIALIZED TABLE latest (PRIMARY KEY (k) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT k, MAX(v) AS v FROM versions GROUP BY k;
"""


def upsert(bench: Workbench, topic: str, versions: dict[str, int]) -> None:
    bench.produce(topic, [(f'{{"k": "{key}"}}', {"k": key, "v": v}, START) for key, v in versions.items()])


def has_latest(bench: Workbench, rows: list[tuple[str, int]]) -> Until:
    """Return what tells whether the rows are served; a checkpoint behind them is taken when the run is stopped."""
    return lambda progress: progress[0].state == "RUNNING" and bench.rows("latest", "k, v") == rows


def test_a_table_of_changes_by_key(bench: Workbench) -> None:
    topic = bench.topic("versions")
    files = {"sql/sources/versions.sql": VERSIONS % {"options": ""}, "sql/aggregates/latest.sql": LATEST}
    bench.write(files)
    upsert(bench, topic, {"a": 1, "b": 1})
    bench.run(until=has_latest(bench, [("a", 1), ("b", 1)]))
    upsert(bench, topic, {"a": 2, "b": 2, "c": 2})
    remove_before(bench, topic, 4)

    assert stopped(bench) == (
        f"source table 'versions': topic '{topic}', partition 0: offsets 2 to 3 are gone, up to 2 records: "
        "its log begins at offset 4 now"
    )

    bench.write({"sql/sources/versions.sql": VERSIONS % {"options": COUNT}})
    bench.run(until=has_latest(bench, [("a", 1), ("b", 1), ("c", 2)]))
    recreate(bench, topic)
    upsert(bench, topic, {"a": 3})
    bench.write(files)
    assert stopped(bench) == (
        f"source table 'versions': topic '{topic}', partition 0: the topic was deleted and made anew; "
        "it had been read up to offset 5, and how many records came behind that is not known"
    )
