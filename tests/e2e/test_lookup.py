"""Events enriched from Cassandra, in a project: the address of a table that rows are looked up in is the settings'."""

from __future__ import annotations

from tally.serving.cassandra import connect
from tally.settings import CassandraSettings
from tests.e2e.workbench import Workbench

FILES = {
    "sql/sources/clicks.sql": """
        CREATE TABLE clicks (user_id STRING NOT NULL, seen AS PROCTIME())
        WITH ('connector' = 'kafka', 'topic' = '${T}-clicks', 'format' = 'json');""",
    "sql/sources/profiles.sql": """
        CREATE TABLE profiles (user_id STRING NOT NULL, country STRING, PRIMARY KEY (user_id) NOT ENFORCED)
        WITH ('connector' = 'cassandra', 'table' = 'profiles', 'lookup.async' = 'true');""",
    "sql/aggregates/by_country.sql": """
        CREATE MATERIALIZED TABLE by_country (PRIMARY KEY (country) NOT ENFORCED) WITH ('sinks' = 'cassandra')
        AS SELECT country, COUNT(*) AS clicks FROM (
          SELECT COALESCE(p.country, 'unknown') AS country
          FROM clicks AS c LEFT JOIN profiles FOR SYSTEM_TIME AS OF c.seen AS p ON c.user_id = p.user_id)
        GROUP BY country;""",
}


def test_events_are_enriched_from_cassandra(bench: Workbench) -> None:
    bench.write(FILES)
    with connect(str(bench.stack.addresses().cassandra), CassandraSettings()) as session:
        replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}"
        session.execute(f"CREATE KEYSPACE {bench.prefix} WITH replication = {replication}")
        session.execute(f"CREATE TABLE {bench.prefix}.profiles (user_id text PRIMARY KEY, country text)")
        for user, country in (("ann", "AT"), ("bob", "BE"), ("cid", "AT")):
            session.execute(
                f"INSERT INTO {bench.prefix}.profiles (user_id, country) VALUES (%s, %s)", (user, country)
            )
    topic = bench.topic("clicks", partitions=2)
    for partition, users in enumerate((("ann", "bob", "ann"), ("cid", "dan"))):
        bench.produce(topic, [(user, {"user_id": user}, None) for user in users], partition)

    bench.run(bounded=True)

    assert bench.rows("by_country", "country, clicks") == [("AT", 3), ("BE", 1), ("unknown", 1)]
