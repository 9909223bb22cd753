"""What `tally run` notes in the registry, and what it refuses by it."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal

import pytest

from tally.errors import ProjectErrors
from tally.project import load_project
from tally.registry.entries import Entry
from tally.registry.errors import PlaceTaken, StateDoesNotBelong
from tally.registry.log import Registry
from tally.running.checkpoints import JobFolder
from tally.running.dropping import Dropping
from tally.running.errors import LiveElsewhere, RunsAlready
from tally.serving.cassandra import connect, table_ids
from tally.serving.served import Servers
from tally.serving.tables import serving_table
from tally.serving.topics import drop_topics, end_offsets, existing_topics, topic_ids
from tally.settings import CassandraSettings, KafkaSettings
from tests.e2e.test_run import MINUTES, TOTALS, order, read, shop
from tests.e2e.workbench import Workbench


def registry(bench: Workbench) -> Registry:
    return Registry(bench.kafka, f"{bench.prefix}-registry", KafkaSettings())


def entry(bench: Workbench, name: str = "totals") -> Entry:
    found = registry(bench).read().find(bench.root.name, name)
    assert found
    return found


def cql(bench: Workbench, statement: str) -> None:
    with connect(str(bench.stack.addresses().cassandra), CassandraSettings()) as session:
        session.execute(statement)


def test_a_run_notes_what_it_serves_and_how_it_ended(bench: Workbench) -> None:
    topic = shop(bench, TOTALS)
    bench.produce(topic, [order("ann", "1.00", 1)])
    during: list[Entry] = []

    def seen(progress: object) -> bool:
        during.append(entry(bench))
        return read(1)(progress)  # type: ignore[arg-type]

    bench.run(until=seen)

    known = entry(bench)
    [job] = bench.plan()
    aggregate = bench.aggregate("totals")
    with connect(str(bench.stack.addresses().cassandra), CassandraSettings()) as session:
        tables = table_ids(session, [serving_table(aggregate, bench.prefix)])
    assert (during[0].status, known.status) == ("running", "stopped")
    assert (known.job, known.fingerprint, known.bounded) == ("a0", job.fingerprints["totals"], False)
    assert {known.table: known.table_id} == tables
    assert {known.topic: known.topic_id} == topic_ids(bench.kafka, [f"{bench.prefix}-totals"])
    assert known.state == JobFolder(bench.root, "a0").path.as_uri()
    assert known.aggregate == aggregate
    # As it is written: what a variable holds may be secret.
    assert known.aggregate.sql == TOTALS.strip().partition("\n")[2].removesuffix(";")
    assert "'${T}-totals'" in known.aggregate.sql


def test_a_checkpoint_does_not_go_on_into_a_table_that_was_made_anew(bench: Workbench) -> None:
    topic = shop(bench, TOTALS)
    bench.produce(topic, [order("ann", "1.00", 1), order("bob", "5.00", 2)])
    bench.run(until=read(2))
    cql(bench, f'DROP TABLE "{bench.prefix}".totals')

    with pytest.raises(StateDoesNotBelong) as gone:
        bench.run(until=read(1))
    assert str(gone.value) == (
        f"job 'a0' cannot go on from its last checkpoint: table '{bench.prefix}.totals' is gone\n"
        "hint: `tally run sql/aggregates/a0.sql --fresh` counts from the beginning of the topics"
    )

    cql(
        bench,
        f'CREATE TABLE "{bench.prefix}".totals (customer text PRIMARY KEY, orders bigint, amount decimal)',
    )
    with pytest.raises(StateDoesNotBelong) as anew:
        bench.run(until=read(1))
    assert anew.value.reasons == (f"table '{bench.prefix}.totals' was made anew since",)
    assert entry(bench).status == "stopped"

    bench.run(fresh=True, until=read(2))
    assert bench.rows("totals") == [("ann", Decimal("1.00"), 1), ("bob", Decimal("5.00"), 1)]
    drop_topics(bench.kafka, [f"{bench.prefix}-totals"])
    with pytest.raises(StateDoesNotBelong) as topic_gone:
        bench.run(until=read(1))
    assert topic_gone.value.reasons == (f"topic '{bench.prefix}-totals' is gone",)


def test_what_was_dropped_is_not_gone_on_with_and_a_live_job_is_not_dropped(bench: Workbench) -> None:
    topic = shop(bench, TOTALS)
    bench.produce(topic, [order("ann", "1.00", 1), order("bob", "5.00", 2)])
    bench.run(until=read(2))
    addresses = bench.stack.addresses()
    settings = load_project(bench.root, bench.environ).settings
    servers = Servers(addresses.cassandra, addresses.kafka, settings)
    dropping = Dropping(bench.root, registry(bench), servers, None)

    with JobFolder(bench.root, "a0").claimed():
        with pytest.raises(LiveElsewhere) as live:
            dropping.find(bench.root.name, "totals")
        with pytest.raises(LiveElsewhere):
            dropping.drop(entry(bench))
    assert str(live.value) == (
        "job 'a0' is running in a `tally run` on this machine and serves aggregate 'totals'\n"
        "hint: stop that one with Ctrl-C first"
    )
    assert (len(bench.rows("totals")), entry(bench).status) == (2, "stopped")

    # Its file may be gone.
    (bench.root / "sql/aggregates/a0.sql").unlink()
    dropping.drop(dropping.find(bench.root.name, "totals"))
    assert (entry(bench).status, registry(bench).read().of(bench.root.name)) == ("dropped", ())
    assert existing_topics(bench.kafka, [f"{bench.prefix}-totals"]) == []

    bench.write({"sql/aggregates/a0.sql": TOTALS})
    with pytest.raises(StateDoesNotBelong) as refused:
        bench.run(until=read(1))
    assert str(refused.value) == (
        "job 'a0' cannot go on from its last checkpoint: 'totals' was dropped since\n"
        "hint: `tally run sql/aggregates/a0.sql --fresh` counts from the beginning of the topics"
    )

    bench.run(fresh=True, until=read(2))
    assert bench.rows("totals") == [("ann", Decimal("1.00"), 1), ("bob", Decimal("5.00"), 1)]


def test_a_checkpoint_does_not_go_on_among_rows_of_another_query(bench: Workbench) -> None:
    topic = shop(bench, TOTALS)
    bench.produce(topic, [order("ann", "1.00", 1), order("ann", "3.00", 2)])
    bench.run(until=read(2))
    bench.write({"sql/aggregates/a0.sql": TOTALS.replace("SUM(amount)", "MAX(amount)")})
    bench.run(bounded=True)
    assert bench.rows("totals") == [("ann", Decimal("3.00"), 2)]
    bench.write({"sql/aggregates/a0.sql": TOTALS})

    with pytest.raises(StateDoesNotBelong) as refused:
        bench.run(until=read(1))

    assert refused.value.reasons == ("another query of 'totals' has run since",)


OTHER = TOTALS.replace("VIEW", "").replace("MATERIALIZED TABLE totals", "MATERIALIZED TABLE totals_v2")
SAME_PLACES = OTHER.replace("'kafka.topic'", "'cassandra.table' = 'totals', 'kafka.topic'")


def test_two_aggregates_of_one_table_and_topic_are_refused_when_run_apart(bench: Workbench) -> None:
    topic = shop(bench, TOTALS)
    bench.produce(topic, [order("ann", "1.00", 1)])
    bench.run(bounded=True)
    before = entry(bench)
    bench.write({"sql/aggregates/a1.sql": SAME_PLACES})
    [second] = [job for job in bench_jobs(bench) if job.name == "a1"]

    for fresh in (False, True):
        with pytest.raises(ProjectErrors) as refused:
            bench.run(fresh=fresh, jobs=[second], until=read(1))

    table, of_topic = refused.value.errors
    assert isinstance(table, PlaceTaken)
    assert str(table) == (
        f"sql/aggregates/a1.sql:3:27: aggregate 'totals_v2' would write table '{bench.prefix}.totals', "
        "which aggregate 'totals' writes\n"
        "hint: give 'totals_v2' a table of its own with 'cassandra.table' = '...', "
        "or remove the other with `tally drop totals`"
    )
    assert of_topic.message == (
        f"aggregate 'totals_v2' would write topic '{bench.prefix}-totals', which aggregate 'totals' writes"
    )
    assert bench.rows("totals") == [("ann", Decimal("1.00"), 1)]
    assert (entry(bench), registry(bench).read().find(bench.root.name, "totals_v2")) == (before, None)


def bench_jobs(bench: Workbench) -> list[object]:
    """Plan each file by itself, as `tally run FILE` does: together they are refused before they run."""
    from tally.flink_conf import read_flink_conf  # noqa: PLC0415
    from tally.planning.plan_project import plan_files  # noqa: PLC0415
    from tally.project import load_project  # noqa: PLC0415
    from tally.stack.bundled import flink_conf  # noqa: PLC0415

    project = load_project(bench.root, bench.environ)
    options = read_flink_conf(flink_conf(bench.root))
    return [job for file in project.aggregates for job in plan_files(project, [file.path], ((), options))]


def test_a_bounded_run_is_refused_beside_a_live_one(bench: Workbench) -> None:
    topic = shop(bench, TOTALS)
    bench.produce(topic, [order("ann", "1.00", 1)])
    bench.run(bounded=True)

    with JobFolder(bench.root, "a0").claimed(), pytest.raises(RunsAlready):
        bench.run(bounded=True)

    # The same aggregate, kept up by a job whose file had another name.
    (bench.root / "sql/aggregates/a0.sql").rename(bench.root / "sql/aggregates/renamed.sql")
    with JobFolder(bench.root, "a0").claimed(), pytest.raises(LiveElsewhere) as refused:
        bench.run(bounded=True)
    assert str(refused.value) == (
        "job 'a0' is running in a `tally run` on this machine and serves aggregate 'totals'\n"
        "hint: stop that one with Ctrl-C first"
    )
    bench.run(bounded=True)
    assert (entry(bench).job, entry(bench).status) == ("renamed", "finished")


def test_a_bounded_run_ends_with_exactly_its_own_rows(bench: Workbench) -> None:
    keys_only = """
        CREATE MATERIALIZED TABLE seen (PRIMARY KEY (customer) NOT ENFORCED)
        AS SELECT DISTINCT customer FROM orders;"""
    topic = shop(bench, TOTALS, keys_only)
    bench.produce(topic, [order("ann", "1.00", 1), order("bob", "5.00", 2), order("cid", "2.00", 3)])
    bench.run(bounded=True)
    assert [row[0] for row in bench.rows("seen")] == ["ann", "bob", "cid"]
    cql(bench, f"""INSERT INTO "{bench.prefix}".totals (customer, orders) VALUES ('by hand', 7)""")
    few = {
        f"sql/aggregates/a{number}.sql": text.replace("FROM orders", "FROM orders WHERE customer <> 'bob'")
        for number, text in enumerate((TOTALS, keys_only))
    }
    bench.write(few)

    progress = bench.run(bounded=True)

    kept = [("ann", Decimal("1.00"), 1), ("cid", Decimal("2.00"), 1)]
    assert bench.rows("totals") == kept
    assert bench.rows("seen") == [("ann",), ("cid",)]
    assert sorted(bench.last_values(f"{bench.prefix}-totals")) == [("ann",), ("cid",)]
    # Never emptied first: what is served still is written over, and one key of the topic alone gets a tombstone.
    assert [key for key, value in bench.changes(f"{bench.prefix}-totals") if value is None] == [
        b'{"customer":"bob"}'
    ]
    assert {one.aggregate: one.removed for one in progress} == {"totals": 2, "seen": 1}

    again = bench.run(bounded=True)
    assert bench.rows("totals") == kept
    assert {one.aggregate: one.removed for one in again} == {"totals": 0, "seen": 0}
    assert end_offsets(bench.kafka, topic) == {0: (0, 3)}


def test_windows_behind_the_last_event_are_provisional(bench: Workbench) -> None:
    topic = shop(bench, MINUTES)
    bench.produce(topic, [order("ann", "1.00", second) for second in (1, 61, 90)])

    [progress] = bench.run(bounded=True)

    newest = datetime(1970, 1, 1, 0, 1, 30, tzinfo=timezone.utc)
    assert progress.final_until == newest
    known = entry(bench, "minutes")
    assert (known.final_until, known.provisional_until) == (newest, newest.replace(minute=2, second=0))

    bench.produce(topic, [order("ann", "1.00", 121)])
    bench.run(fresh=True, until=lambda p: bool(p[0].event_time and p[0].event_time.timestamp() >= 120))
    assert (entry(bench, "minutes").final_until, entry(bench, "minutes").status) == (None, "stopped")
