"""Joins of updating results: former versions are asked for where Flink would lose rows, and only there."""

import pytest

SOURCES = {
    "ev": "CREATE TABLE ev (k STRING NOT NULL, uid STRING NOT NULL, n BIGINT NOT NULL)\n"
    "WITH ('connector' = 'kafka', 'topic' = 'ev', 'format' = 'json');\n",
    "up": "CREATE TABLE up (k STRING NOT NULL, n BIGINT, PRIMARY KEY (k) NOT ENFORCED)\n"
    "WITH ('connector' = 'upsert-kafka', 'topic' = 'up', 'key.format' = 'json', 'value.format' = 'json');\n",
}
GROWS = "(SELECT k, COUNT(*) AS n FROM ev GROUP BY k)"
SHRINKS = (
    "(SELECT k, COUNT(*) AS n FROM (SELECT uid, COALESCE(LAST_VALUE(k), '') AS k "
    "FROM ev GROUP BY uid) GROUP BY k)"
)
LATEST = (
    "(SELECT uid AS k, n FROM (SELECT uid, n, ROW_NUMBER() OVER (PARTITION BY uid ORDER BY n DESC) AS r FROM ev) "
    "WHERE r = 1)"
)
ONE_BY_ONE, IN_BATCHES = (
    "SET 'table.exec.mini-batch.enabled' = 'false';\n",
    (
        "SET 'table.exec.mini-batch.enabled' = 'true';\nSET 'table.exec.mini-batch.allow-latency' = '1 s';\n"
        "SET 'table.exec.mini-batch.size' = '100';\n"
    ),
)


@pytest.fixture
def planned(plan, tmp_path):
    """Plan one aggregate over ``ev`` and ``up``."""
    for room in ("sources", "aggregates"):
        (tmp_path / "sql" / room).mkdir(parents=True)
    for name, text in SOURCES.items():
        (tmp_path / f"sql/sources/{name}.sql").write_text(text, "utf-8")

    def planned(query, options):
        sql = (
            f"{options}CREATE MATERIALIZED TABLE a (PRIMARY KEY (k) NOT ENFORCED)\n"
            f"WITH ('sinks' = 'cassandra, kafka') AS\n{query};\n"
        )
        (tmp_path / "sql/aggregates/a.sql").write_text(sql, "utf-8")
        (job,) = plan(tmp_path, "sql/aggregates/a.sql")
        return job

    return planned


def joined(left, kind, right, more=""):
    return f"SELECT a.k, a.n, b.n AS m FROM {left} AS a {kind} JOIN {right} AS b ON a.k = b.k{more}"


def sinks_of(job):
    """Return the sinks' nodes, without those of dead letters."""
    return [
        node for node in job.plan.nodes if "dynamicTableSink" in node and "$dead" not in node["description"]
    ]


@pytest.mark.parametrize(
    ("query", "options"),
    [
        (joined(GROWS, "LEFT", SHRINKS), ONE_BY_ONE),
        (joined("up", "LEFT", SHRINKS), IN_BATCHES),
        (joined(GROWS, "LEFT", "up"), ONE_BY_ONE),
        (joined(LATEST, "LEFT", "up"), IN_BATCHES),
        (joined("up", "", SHRINKS), IN_BATCHES),
        (f"SELECT b.k, b.n, a.n AS m FROM {SHRINKS} AS a RIGHT JOIN {GROWS} AS b ON a.k = b.k", ONE_BY_ONE),
        (f"SELECT k, n FROM {GROWS} WHERE k IN (SELECT k FROM {SHRINKS})", ONE_BY_ONE),
        (f"SELECT k, n FROM {GROWS} AS a WHERE NOT EXISTS (SELECT 1 FROM up WHERE up.k = a.k)", ONE_BY_ONE),
    ],
)
def test_former_versions_go_through_a_join_that_would_lose_rows_and_on_to_its_sinks(query, options, planned):
    job = planned(query, options)
    sinks = sinks_of(job)
    assert len(sinks) == 2
    assert all("UPDATE_BEFORE" in sink["inputChangelogMode"] for sink in sinks)
    assert [table.options["connector"] for table in job.plan.tables("sink") if "$dead" not in table.name] == [
        "cassandra",
        "upsert-kafka",
    ]


@pytest.mark.parametrize(
    ("query", "options"),
    [
        (joined("up", "", SHRINKS), ONE_BY_ONE),
        (joined(GROWS, "LEFT", GROWS.replace("k,", "k, MIN(n) AS least,")), IN_BATCHES),
        (joined(GROWS, "LEFT", LATEST), ONE_BY_ONE),
    ],
)
def test_a_join_that_loses_nothing_is_planned_as_flink_plans_it(query, options, planned):
    sinks = sinks_of(planned(query, options))
    assert all("UPDATE_BEFORE" not in sink["inputChangelogMode"] for sink in sinks)


@pytest.mark.parametrize("kind", ["", "LEFT"])
def test_where_more_than_equality_is_asked_for_sinks_get_former_versions_as_deletions(kind, planned):
    job = planned(joined("up", kind, GROWS, " AND a.n > b.n"), ONE_BY_ONE)
    sinks = sinks_of(job)
    assert all("UPDATE_BEFORE" in sink["inputChangelogMode"] for sink in sinks)
