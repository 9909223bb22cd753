"""Good projects: what is planned of them, exactly."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from pyflink.java_gateway import get_gateway

from tally.planning.job import Bucket, CassandraSink, Clustering, Column, Function, KafkaSink, Source, Window

MIXED = Path("tests/projects/good/mixed").resolve()
EVENTS = (MIXED / "sql/sources/events.sql").read_text("utf-8")
TUMBLE = "TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' HOUR)"


@pytest.fixture(scope="module")
def mixed(plan):
    return {job.name: job for job in plan(MIXED)}


@pytest.fixture
def planned(plan, tmp_path):
    """Plan a project of sources/events.sql and one file of aggregates, and other files."""

    def planned(sql, **others):
        files = {"sql/sources/events.sql": EVENTS, "sql/aggregates/a.sql": sql}
        files |= {f"sql/{path.replace('__', '/')}.sql": text for path, text in others.items()}
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, "utf-8")
        (job,) = plan(tmp_path, "sql/aggregates/a.sql")
        return job

    return planned


def aggregate(query, key="region", options="", name="a"):
    with_clause = f" WITH ({options})" if options else ""
    return f"CREATE MATERIALIZED TABLE {name} (PRIMARY KEY ({key}) NOT ENFORCED){with_clause} AS {query};\n"


def kinds(job):
    return [node["type"].removeprefix("stream-exec-").rpartition("_")[0] for node in job.plan.nodes]


def test_every_file_and_module_is_a_job(mixed):
    assert {name: job.file for name, job in mixed.items()} == {
        "busy": "sql/aggregates/busy.sql",
        "by_hand": "sql/aggregates/by_hand.sql",
        "by_region": "sql/aggregates/by_region.sql",
        "top": "jobs/top.py",
    }


def test_aggregates_with_key_window_and_sinks(mixed):
    by_region, by_hour = mixed["by_region"].aggregates
    assert (by_region.name, by_region.comment, by_region.key) == (
        "events_by_region",
        "Events, by region",
        ("region",),
    )
    assert by_region.columns == (
        Column("region", "STRING", False),
        Column("loud", "STRING", True),
        Column("events", "BIGINT", False),
    )
    assert by_region.window is None
    assert by_region.sinks == (
        CassandraSink("events_by_region", ("region",), ()),
        KafkaSink("by-region"),
    )
    assert str(by_region.span) == "sql/aggregates/by_region.sql:4:27"
    assert (by_hour.comment, by_hour.key) == ("How many in each hour?", ("window_end",))
    assert by_hour.window == Window("tumbling", timedelta(hours=1))
    assert by_hour.sinks == (
        CassandraSink(
            "events_by_hour",
            (),
            (Clustering("window_end", "DESC"),),
            Bucket("window_end", timedelta(days=3650)),
        ),
    )


def test_what_a_job_reads_calls_and_sets(mixed):
    job = mixed["by_region"]
    (source,) = job.sources
    assert source == Source(
        name="events",
        topic="events",
        columns=(
            Column("user_id", "STRING", False),
            Column("region", "STRING", False),
            Column("city", "STRING", True),
            Column("amount", "INT", False),
            Column("event_ms", "BIGINT", False),
            Column("event_time", "TIMESTAMP_LTZ(3)", True),
        ),
        span=source.span,
        watermark="`event_time` - INTERVAL '1' MINUTE",
        is_routed=True,
        clock_delay="5 s",
    )
    assert str(source.span) == "sql/sources/events.sql:2:14"
    assert job.views == ("regions",)
    create = "CREATE TEMPORARY FUNCTION `shout` AS 'udfs.texts.shout' LANGUAGE PYTHON"
    assert job.functions == (Function("shout", "udfs.texts.shout", create),)
    assert job.options == {"table.exec.state.ttl": "30 d"}
    assert job.tables == ()


def test_aggregates_of_one_file_share_the_scan_and_sinks_share_the_aggregation(mixed):
    found = kinds(mixed["by_region"])
    assert (found.count("table-source-scan"), found.count("group-aggregate"), found.count("sink")) == (
        1,
        1,
        4,  # of Cassandra and Kafka for one aggregate, of Cassandra for the other, of the dead letters
    )


def test_an_aggregate_reads_another_file_s_aggregate(mixed):
    job = mixed["busy"]
    assert job.views == ("regions", "events_by_region")
    assert [(a.name, a.key, a.sinks) for a in job.aggregates] == [
        ("busy_regions", ("region",), (KafkaSink("busy-regions"),))
    ]
    assert [function.name for function in job.functions] == ["shout"]


def test_plain_statements_are_one_job(mixed):
    job = mixed["by_hand"]
    assert job.aggregates == ()
    assert job.tables == ("totals", "seen")
    assert sorted(job.fingerprints) == ["seen", "totals"]
    assert kinds(job).count("table-source-scan") == 1


def test_a_table_api_job_takes_the_same_path(mixed):
    (top,) = mixed["top"].aggregates
    assert (top.name, top.comment, top.key) == ("top_regions", "The three busiest regions", ("region",))
    assert top.columns == (Column("region", "STRING", False), Column("events", "BIGINT", False))
    assert top.sinks == (CassandraSink("top_regions", ("region",), ()), KafkaSink("top-regions"))
    assert str(top.span) == "jobs/top.py:8:1"


def test_an_aggregate_reads_an_aggregate_of_its_own_file(planned):
    job = planned(
        aggregate("SELECT region, COUNT(*) AS n FROM events GROUP BY region", name="counts")
        + aggregate("SELECT n, COUNT(*) AS regions FROM counts GROUP BY n", key="n", name="of_counts")
    )
    assert [a.name for a in job.aggregates] == ["counts", "of_counts"]
    assert job.views == ()
    assert kinds(job).count("table-source-scan") == 1


def test_a_column_or_a_cte_of_a_view_s_name_is_no_cycle(planned):
    job = planned(
        aggregate("SELECT region, COUNT(v) AS n FROM w GROUP BY region"),
        views__v="CREATE VIEW v AS WITH w AS (SELECT region FROM events) SELECT region FROM w;",
        views__w="CREATE VIEW w AS SELECT region, user_id AS v FROM events;",
    )
    assert job.views == ("w",)


def test_begin_and_end_group_inserts(planned):
    job = planned(
        "CREATE TABLE t (region STRING) WITH ('connector' = 'blackhole');\n"
        "BEGIN STATEMENT SET;\nINSERT INTO t SELECT region FROM events;\nEND;\n"
    )
    assert job.tables == ("t",)


def test_time_alone_is_bucketed_and_a_series_by_option(planned):
    query = (
        f"SELECT region, window_end, COUNT(*) AS n FROM {TUMBLE} GROUP BY region, window_start, window_end"
    )
    (plain,) = planned(aggregate(query, key="region, window_end")).aggregates
    assert plain.cassandra == CassandraSink("a", ("region",), (Clustering("window_end", "DESC"),))
    (bucketed,) = planned(aggregate(query, "region, window_end", "'cassandra.bucket' = '30 d'")).aggregates
    assert bucketed.cassandra.bucket == Bucket("window_end", timedelta(days=30))


def test_a_latest_row_by_two_columns_is_planned_with_mini_batch(planned):
    """Flink 2.3 plans it as insert-only without: each new version of a row would count as a row more."""
    latest = (
        "SELECT region, COUNT(*) AS n FROM (SELECT region, ROW_NUMBER() OVER "
        "(PARTITION BY user_id ORDER BY {order}) AS place FROM events) WHERE place = 1 GROUP BY region"
    )
    job = planned(aggregate(latest.format(order="event_time DESC, event_ms DESC")))
    retracted = {n["needRetraction"] for n in job.plan.nodes if "group-aggregate" in n["type"]}
    assert retracted == {True}
    assert job.options == {"table.exec.mini-batch.enabled": "true"}
    job = planned(aggregate(latest.format(order="event_time DESC")))
    assert job.options == {}


COUNT = aggregate("SELECT region, COUNT(*) AS n FROM events GROUP BY region")


@pytest.mark.parametrize(
    ("sql", "same"),
    [
        ("-- another comment\n\n" + COUNT.replace("SELECT", "\n  SELECT /* here too */"), True),
        (COUNT.replace("AS SELECT", "COMMENT 'How many?' AS SELECT"), True),
        (COUNT.replace("COUNT(*)", "SUM(CAST(amount AS BIGINT))"), False),
        (COUNT.replace("FROM events", "FROM events WHERE amount > 0"), False),
        (COUNT.replace(") AS SELECT", ") WITH ('cassandra.table' = 'b') AS SELECT"), False),
    ],
)
def test_a_fingerprint_follows_what_is_computed(sql, same, planned):
    first = planned(COUNT).fingerprints["a"]
    assert (planned(sql).fingerprints["a"] == first) is same


def test_a_fingerprint_does_not_follow_addresses_and_formats(planned):
    first = planned(COUNT).fingerprints["a"]
    moved = EVENTS.replace("'format'", "'properties.bootstrap.servers' = 'far:9092', 'format'")
    assert planned(COUNT, sources__events=moved).fingerprints["a"] == first
    packed = EVENTS.replace("'format' = 'json'", "'format' = 'csv'")
    assert planned(COUNT, sources__events=packed).fingerprints["a"] == first
    other = EVENTS.replace("'topic' = 'events'", "'topic' = 'more-events'")
    assert planned(COUNT, sources__events=other).fingerprints["a"] != first


def test_a_fingerprint_does_not_follow_what_state_does_not_depend_on(planned):
    first = planned(COUNT).fingerprints["a"]
    wider = EVENTS.replace("(\n", "(\n  first_of_all STRING COMMENT 'not read',\n", 1)
    assert wider != EVENTS
    assert planned(COUNT, sources__events=wider).fingerprints["a"] == first
    both = COUNT.replace(") AS SELECT", ") WITH ('sinks' = 'cassandra, kafka') AS SELECT")
    exactly = both.replace("kafka')", "kafka', 'kafka.delivery' = 'exactly-once')")
    assert planned(exactly).fingerprints["a"] == planned(both).fingerprints["a"] != first
    quicker = f"SET 'table.exec.mini-batch.allow-latency' = '2 s';\n{COUNT}"
    assert planned(quicker).fingerprints["a"] == first


def test_another_aggregate_in_the_file_leaves_a_fingerprint_alone(planned):
    first = planned(COUNT).fingerprints["a"]
    both = aggregate("SELECT region, COUNT(*) AS n FROM events GROUP BY region", name="z") + COUNT
    assert planned(both).fingerprints["a"] == first


ANOTHER_PROCESS = """
import json, sys
from pathlib import Path
from tally.planning.plan_project import plan_project
from tally.project import load_project
from tally.running.jvm import Jvm
from tally.stack.bundled import bundle
from tally.stack.jars import flink_jars
conf = bundle().flink_conf
Jvm(flink_jars(), conf, Path(sys.argv[2]), "1g").configure()
jobs = plan_project(load_project(Path(sys.argv[1]), {}), (), json.loads(sys.argv[3]))
print(json.dumps({job.name: [job.plan.text, dict(job.fingerprints)] for job in jobs}))
"""


def test_another_process_plans_the_same(mixed, flink_options, tmp_path):
    options = json.dumps(flink_options)
    command = [sys.executable, "-c", ANOTHER_PROCESS, str(MIXED), str(tmp_path), options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    theirs = json.loads(done.stdout.splitlines()[-1])
    assert theirs == {name: [job.plan.text, dict(job.fingerprints)] for name, job in mixed.items()}


ALL = "SELECT 'all' AS segment, COUNT(*) AS n FROM (SELECT 'all' AS segment FROM events) GROUP BY segment"
LIMITED = f"{ALL} HAVING COUNT(*) < 9"
PLAIN = "CREATE TABLE lines (segment STRING, n BIGINT) WITH ('connector' = 'print');\n"


def told(job):
    """What each sink is told of changes, and whether aggregations hand on former versions."""
    sinks = {
        table.name.partition("$")[0]: node["inputChangelogMode"]
        for table in job.plan.tables("sink")
        for node in job.plan.nodes
        if node["id"] == table.node and not table.name.endswith("$dead")
    }
    return sinks, {account.count.versions for account in job.accounts}


def test_a_total_of_everything_puts_out_no_former_versions(planned):
    assert told(planned(aggregate(ALL, key="segment"))) == ({"a": ["INSERT", "UPDATE_AFTER"]}, {False})


def test_a_group_that_leaves_a_condition_is_told_of(planned):
    sinks, versions = told(planned(aggregate(LIMITED, key="segment")))
    assert (sinks, versions) == ({"a": ["INSERT", "UPDATE_BEFORE", "UPDATE_AFTER"]}, {True})


def test_former_versions_stay_where_one_sink_has_no_key(planned):
    both = aggregate(ALL, key="segment") + PLAIN + f"INSERT INTO lines {ALL};\n"
    sinks, versions = told(planned(both))
    every = ["INSERT", "UPDATE_BEFORE", "UPDATE_AFTER"]
    assert (sinks, versions) == ({"a": every, "lines": every}, {True})


def test_planning_again_and_again_looks_for_classes_in_no_more_places(planned):
    def class_loaders():
        java = get_gateway().jvm.java.lang
        loader, count = java.Thread.currentThread().getContextClassLoader(), 0
        while loader is not None:
            loader, count = loader.getParent(), count + 1
        return count

    planned(aggregate(ALL, key="segment"))
    before = class_loaders()
    planned(aggregate(LIMITED, key="segment"))
    assert class_loaders() == before
