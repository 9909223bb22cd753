"""Dead letters are routed by the plan: of which sources, and once for all that read them."""

from pathlib import Path

import pytest

from tally.planning.plan import Plan
from tally.running.connections import Target, account_options, connected_plan, table_options
from tally.settings import CassandraSettings

EVENTS = """
CREATE TABLE events (
  user_id STRING NOT NULL, amount INT NOT NULL, note STRING, event_ms BIGINT NOT NULL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3), WATERMARK FOR event_time AS event_time - INTERVAL '1' MINUTE
) WITH ('connector' = 'kafka', 'topic' = 'events', 'format' = 'json'{options});
"""
USERS = """
CREATE TABLE users (user_id STRING NOT NULL)
WITH ('connector' = 'kafka', 'topic' = 'users', 'format' = 'json');
"""
TOTALS = """
CREATE MATERIALIZED TABLE totals (PRIMARY KEY (user_id) NOT ENFORCED) AS
SELECT user_id, SUM(CAST(amount AS BIGINT)) AS amount FROM events{where} GROUP BY user_id;
"""


@pytest.fixture
def planned(plan, tmp_path: Path):
    """Plan a file of aggregates over ``events`` and ``users``."""

    def planned(sql: str, options: str = ""):
        files = {
            "sql/sources/events.sql": EVENTS.format(options=options),
            "sql/sources/users.sql": USERS,
            "sql/aggregates/a.sql": sql,
        }
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, "utf-8")
        (job,) = plan(tmp_path, "sql/aggregates/a.sql")
        return job

    return planned


def dead(job):
    return [table.name for table in job.plan.tables("sink") if table.name.endswith("$dead")]


def routed(job):
    return {source.name: source.is_routed for source in job.sources}


def scans(job):
    return [node["description"] for node in job.plan.nodes if "scanTableSource" in node]


def test_a_source_that_is_read_is_routed(planned):
    job = planned(TOTALS.format(where=""))
    assert (dead(job), routed(job)) == (["events$dead"], {"events": True})


def test_what_reads_a_source_shares_one_scan_of_the_columns_that_all_need(planned):
    job = planned(
        TOTALS.format(where="")
        + """
        CREATE MATERIALIZED TABLE minutes (PRIMARY KEY (window_end) NOT ENFORCED) AS
        SELECT window_end, COUNT(*) AS n FROM TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)
        GROUP BY window_start, window_end;
        """
    )
    (scan,) = scans(job)
    assert "project=[user_id, amount, event_ms, $dead], metadata=[dead-letter]" in scan
    assert dead(job) == ["events$dead"]


def test_the_letter_of_a_deletion_that_is_skipped_is_not_written(planned):
    job = planned(TOTALS.format(where=""), ", 'dead-letter.deletions' = 'skip'")
    (records,) = job.plan.tables("source")
    assert records.options["dead-letter.deletions"] == "skip"
    (letters,) = (table for table in job.plan.tables("sink") if table.name == "events$dead")
    above = [node["description"] for node in job.plan.upstream(letters.node)]
    assert "Calc(select=[$dead], where=[($dead.reason <> 'skipped')])" in above


def test_a_source_that_only_a_subquery_reads_is_routed(planned):
    job = planned(TOTALS.format(where=" WHERE user_id IN (SELECT user_id FROM users)"))
    assert (dead(job), routed(job)) == (["events$dead", "users$dead"], {"events": True, "users": True})


def test_a_source_that_is_declared_and_not_read_is_not(planned):
    other = USERS.replace("users", "others")
    job = planned(other + TOTALS.format(where=""))
    assert (dead(job), routed(job)) == (["events$dead"], {"events": True})


def test_a_table_that_the_job_writes_stays_what_it_is(planned):
    job = planned(
        """
        CREATE TABLE seen (user_id STRING) WITH ('connector' = 'kafka', 'topic' = 'seen', 'format' = 'json');
        INSERT INTO seen SELECT user_id FROM events;
        """
    )
    assert dead(job) == ["events$dead"]
    (seen,) = (table for table in job.plan.tables("sink") if table.name == "seen")
    assert (seen.options["connector"], seen.options["format"]) == ("kafka", "json")


def test_a_changelog_format_is_not_routed(planned):
    job = planned(
        "CREATE MATERIALIZED TABLE totals (PRIMARY KEY (user_id) NOT ENFORCED) AS\n"
        "SELECT user_id, COUNT(*) AS n FROM changes GROUP BY user_id;\n"
        + USERS.replace("users", "changes").replace("'json'", "'debezium-json'")
    )
    assert (dead(job), routed(job)) == ([], {"changes": False})


def test_json_is_decoded_by_tally_s_own_decoder(planned):
    job = planned(TOTALS.format(where=""), ", 'json.lenient' = 'true', 'dead-letter.max-share' = '1'")
    (records,) = job.plan.tables("source")
    assert {key: records.options[key] for key in ("connector", "format", "tally-json.lenient")} == {
        "connector": "tally-kafka",
        "format": "tally-json",
        "tally-json.lenient": "true",
    }
    assert records.options["dead-letter.max-share"] == "1"


def test_letters_take_the_connection_of_their_source_and_the_delivery_that_it_says(planned):
    job = planned(
        TOTALS.format(where=""),
        ", 'properties.security.protocol' = 'SSL', 'properties.group.id' = 'g', "
        "'dead-letter.delivery-guarantee' = 'at-least-once'",
    )
    (letters,) = (table for table in job.plan.tables("sink") if table.name == "events$dead")
    assert letters.options == {
        "connector": "tally-dead-letters",
        "table": "events",
        "properties.bootstrap.servers": "unset:1",
        "properties.security.protocol": "SSL",
        "sink.delivery-guarantee": "at-least-once",
        "sink.transactional-id-prefix": "unset:1",
    }


def guarantee(job, bounded):
    """Return how a job writes its dead letters."""
    target = Target("k:1", "c:1", CassandraSettings(), bounded)
    (letters,) = (t for t in Plan(connected_plan(job, target)).tables("sink") if t.name == "events$dead")
    return letters.options.get("sink.delivery-guarantee")


def test_a_run_that_goes_on_from_no_checkpoint_keeps_no_transaction_open(planned):
    job = planned(TOTALS.format(where=""))
    # None: the connector's own, exactly once.
    assert (guarantee(job, bounded=False), guarantee(job, bounded=True)) == (None, "at-least-once")


@pytest.mark.parametrize("bounded", [False, True])
def test_an_account_is_written_exactly_once_however_letters_are(planned, bounded):
    job = planned(TOTALS.format(where=""), ", 'dead-letter.delivery-guarantee' = 'at-least-once'")
    options = account_options(job, Target("k:1", "c:1", CassandraSettings(), bounded))
    assert guarantee(job, bounded) == "at-least-once"
    assert options["sink.delivery-guarantee"] == "exactly-once"


def test_events_are_enriched_from_cassandra_by_a_lookup_join(planned):
    job = planned(
        """
        CREATE TABLE clicks (user_id STRING NOT NULL, seen AS PROCTIME())
        WITH ('connector' = 'kafka', 'topic' = 'clicks', 'format' = 'json');
        CREATE TABLE profiles (user_id STRING NOT NULL, country STRING, PRIMARY KEY (user_id) NOT ENFORCED)
        WITH ('connector' = 'cassandra', 'table' = 'profiles', 'lookup.async' = 'true');
        CREATE MATERIALIZED TABLE by_country (PRIMARY KEY (country) NOT ENFORCED) AS
        SELECT COALESCE(p.country, '?') AS country, COUNT(*) AS clicks
        FROM clicks AS c LEFT JOIN profiles FOR SYSTEM_TIME AS OF c.seen AS p ON c.user_id = p.user_id
        GROUP BY COALESCE(p.country, '?');
        """
    )
    assert routed(job) == {"clicks": True, "profiles": False}
    (join,) = (node["description"] for node in job.plan.nodes if "lookup-join" in node["type"])
    assert "table=[default_catalog.default_database.profiles]" in join
    (profiles,) = job.plan.tables("lookup")
    target = Target(None, "10.0.0.1:9042", CassandraSettings(keyspace="shop"))
    connected = table_options(profiles, dict(profiles.options), target)
    assert (connected["contact-points"], connected["keyspace"]) == ("10.0.0.1:9042", "shop")
    assert [source.name for source in job.sources] == ["clicks", "profiles"]


MET = {
    "union": ("SELECT user_id FROM events UNION ALL SELECT user_id FROM users", "events, users"),
    "join": (
        "SELECT e.user_id FROM events AS e JOIN users AS u ON e.user_id = u.user_id",
        "events, users",
    ),
    "semi-join": (
        "SELECT user_id FROM events WHERE user_id IN (SELECT user_id FROM users)",
        "events, users",
    ),
    "one alone": ("SELECT user_id FROM events", None),
}


@pytest.mark.parametrize("name", MET)
def test_sources_that_meet_in_a_query_know_each_other(planned, name):
    query, group = MET[name]
    job = planned(
        f"""
        CREATE MATERIALIZED TABLE a (PRIMARY KEY (user_id) NOT ENFORCED) AS
        SELECT user_id, COUNT(*) AS n FROM ({query}) GROUP BY user_id;
        """
    )
    assert {table.options.get("event-time.clock-group") for table in job.plan.tables("source")} == {group}


def test_sources_of_one_file_that_do_not_meet_do_not(planned):
    job = planned(
        TOTALS.format(where="")
        + """
        CREATE MATERIALIZED TABLE seen (PRIMARY KEY (user_id) NOT ENFORCED) AS
        SELECT user_id, COUNT(*) AS n FROM users GROUP BY user_id;
        """
    )
    tables = job.plan.tables("source")
    assert len(tables) == 2
    assert not any("event-time.clock-group" in table.options for table in tables)


def test_who_meets_one_in_one_query_and_another_in_another_is_of_the_group_of_both(planned):
    more = USERS.replace("users", "more")
    counted = """
        CREATE MATERIALIZED TABLE {name} (PRIMARY KEY (user_id) NOT ENFORCED) AS
        SELECT user_id, COUNT(*) AS n FROM (SELECT user_id FROM {one} UNION ALL SELECT user_id FROM {other})
        GROUP BY user_id;
        """
    job = planned(
        more
        + counted.format(name="x", one="events", other="users")
        + counted.format(name="y", one="more", other="users")
    )
    groups = {table.options.get("event-time.clock-group") for table in job.plan.tables("source")}
    assert groups == {"events, more, users"}
