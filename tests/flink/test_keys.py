"""Keys against Flink's own plans: what can be a primary key of each kind of result, and what cannot."""

import pytest

from tally.planning.derived import Derived
from tally.planning.environment import FlinkPlanner
from tally.planning.keycheck import SinkKeys
from tally.planning.keys import derive
from tally.planning.plan import normalized
from tally.planning.schema import columns_of
from tally.planning.sinks import quoted

EVENTS = """CREATE TABLE {name} (
  user_id STRING NOT NULL, region STRING NOT NULL, amount INT NOT NULL, event_ms BIGINT NOT NULL,
  spot ROW<city STRING NOT NULL, room INT NOT NULL> NOT NULL,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3), seen AS PROCTIME(),
  WATERMARK FOR event_time AS event_time - INTERVAL '1' MINUTE
) WITH ('connector' = 'kafka', 'topic' = 'e', 'format' = 'json', 'properties.bootstrap.servers' = 'x:1')"""
USERS = """CREATE TABLE users (
  user_id STRING NOT NULL, name STRING NOT NULL, since TIMESTAMP_LTZ(3) NOT NULL,
  WATERMARK FOR since AS since, PRIMARY KEY (user_id) NOT ENFORCED
) WITH ('connector' = 'upsert-kafka', 'topic' = 'u', 'key.format' = 'json', 'value.format' = 'json',
  'properties.bootstrap.servers' = 'x:1')"""
MINI_BATCH = {
    "table.exec.mini-batch.enabled": "true",
    "table.exec.mini-batch.allow-latency": "1 s",
    "table.exec.mini-batch.size": "1000",
    "table.optimizer.agg-phase-strategy": "TWO_PHASE",
    "table.optimizer.distinct-agg.split.enabled": "true",
}
HOUR, DAY = "INTERVAL '1' HOUR", "INTERVAL '1' DAY"
TUMBLE = f"TUMBLE(TABLE events, DESCRIPTOR(event_time), {HOUR})"
BY_REGION = "SELECT region, COUNT(*) AS n FROM events GROUP BY region"
BY_BOTH = "SELECT region, user_id, COUNT(*) AS n FROM events GROUP BY region, user_id"


def windowed(table_function):
    return (
        f"SELECT region, window_start, window_end, COUNT(*) AS n FROM {table_function} "
        "GROUP BY region, window_start, window_end"
    )


def top(query, partition, order, until, columns="*"):
    return (
        f"SELECT {columns} FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY {partition} ORDER BY {order}) AS place "
        f"FROM ({query})) WHERE place {until}"
    )


HOURS = windowed(TUMBLE)
BOTH_BOUNDS = [("region", "window_end"), ("region", "window_start")]
SESSION = f"SESSION(TABLE events PARTITION BY region, DESCRIPTOR(event_time), {HOUR})"
CUMULATE = f"CUMULATE(TABLE events, DESCRIPTOR(event_time), {HOUR}, {DAY})"

# name: query, the keys that would do.
KEYS = {
    "rows as they come": ("SELECT region, amount FROM events", []),
    "group": (BY_REGION, [("region",)]),
    "group by two": (BY_BOTH, [("region", "user_id")]),
    "group, one key not selected": ("SELECT region, COUNT(*) AS n FROM events GROUP BY region, user_id", []),
    "group, key selected twice": (
        "SELECT region, region AS place, COUNT(*) AS n FROM events GROUP BY region",
        [("place",), ("region",)],
    ),
    "distinct": ("SELECT DISTINCT region FROM events", [("region",)]),
    "having": (BY_REGION + " HAVING COUNT(*) < 10", [("region",)]),
    "one row": ("SELECT COUNT(*) AS n FROM events", [()]),
    "one row and a constant": ("SELECT 'all' AS segment, COUNT(*) AS n FROM events", [("segment",)]),
    "constant group": (
        "SELECT segment, COUNT(*) AS n FROM (SELECT 'all' AS segment FROM events) GROUP BY segment",
        [("segment",)],
    ),
    "group over a group": (f"SELECT n, COUNT(*) AS regions FROM ({BY_REGION}) GROUP BY n", [("n",)]),
    "grouping sets": (
        "SELECT COALESCE(region, 'all') AS region, COUNT(*) AS n FROM events GROUP BY ROLLUP (region)",
        [],
    ),
    "key changed": ("SELECT UPPER(region) AS region, COUNT(*) AS n FROM events GROUP BY region", []),
    "field of a row": ("SELECT spot.city, COUNT(*) AS n FROM events GROUP BY spot.city", [("city",)]),
    "field of a row, cast": (
        "SELECT CAST(spot.room AS BIGINT) AS room, COUNT(*) AS n FROM events GROUP BY spot.room",
        [("room",)],
    ),
    "key, of a row's field that is cast": (
        "SELECT region, MAX(CAST(spot.room AS BIGINT)) AS room FROM events GROUP BY region",
        [("region",)],
    ),
    "key cast to text": (
        "SELECT CAST(amount AS STRING) AS amount, COUNT(*) AS n FROM events GROUP BY amount",
        [("amount",)],
    ),
    "key cast shorter": (
        "SELECT CAST(region AS VARCHAR(2)) AS region, COUNT(*) AS n FROM events GROUP BY region",
        [],
    ),
    "key cast narrower": (
        "SELECT CAST(amount AS SMALLINT) AS amount, COUNT(*) AS n FROM events GROUP BY amount",
        [],
    ),
    "tumble": (HOURS, BOTH_BOUNDS),
    "tumble, start cast": (
        f"SELECT region, CAST(window_start AS TIMESTAMP_LTZ(3)) AS hour_start, n FROM ({HOURS})",
        [("region", "hour_start")],
    ),
    "hop": (windowed(f"HOP(TABLE events, DESCRIPTOR(event_time), {HOUR}, {DAY})"), BOTH_BOUNDS),
    "cumulate": (windowed(CUMULATE), [("region", "window_end")]),
    "session": (windowed(SESSION), BOTH_BOUNDS),
    "tumble without its group": (f"SELECT window_end, n FROM ({HOURS})", []),
    "tumble of all": (
        f"SELECT window_start, window_end, COUNT(*) AS n FROM {TUMBLE} GROUP BY window_start, window_end",
        [("window_end",), ("window_start",)],
    ),
    "tumble, grouped by one bound": (
        f"SELECT region, window_start, COUNT(*) AS n FROM {TUMBLE} GROUP BY region, window_start",
        [("region", "window_start")],
    ),
    "window over windows": (
        f"""WITH hours AS (
          SELECT region, window_time AS at_time, COUNT(*) AS n FROM {TUMBLE}
          GROUP BY region, window_start, window_end, window_time)
        SELECT region, window_end, SUM(n) AS n FROM TUMBLE(TABLE hours, DESCRIPTOR(at_time), {DAY})
        GROUP BY region, window_start, window_end""",
        [("region", "window_end")],
    ),
    "window of its own group syntax": (
        f"SELECT region, TUMBLE_START(event_time, {HOUR}) AS since, TUMBLE_END(event_time, {HOUR}) AS until_time, "
        f"COUNT(*) AS n FROM events GROUP BY region, TUMBLE(event_time, {HOUR})",
        [("region", "since"), ("region", "until_time")],
    ),
    "rows of a window": (f"SELECT user_id, window_end FROM {TUMBLE}", []),
    "top n": (
        top(BY_BOTH, "region", "n DESC", "<= 3", "region, user_id, n"),
        [("region", "user_id")],
    ),
    # A row that falls out is overwritten at its rank, not deleted by its own key.
    "top n with rank": (top(BY_BOTH, "region", "n DESC", "<= 3"), [("region", "place")]),
    "top n with rank alone": (top(BY_BOTH, "region", "n DESC", "<= 3", "place, n"), []),
    "top n after the first": (
        top(BY_BOTH, "region", "n DESC", "BETWEEN 2 AND 3", "region, user_id, n"),
        [],
    ),
    "second": (top(BY_BOTH, "region", "n DESC", "= 2", "region, user_id, n"), [("region",)]),
    "top n of a row that is no key": (
        top("SELECT region, amount FROM events", "region", "amount DESC", "<= 3", "region, amount"),
        [],
    ),
    "limit": (BY_REGION + " ORDER BY n DESC LIMIT 10", [("region",)]),
    "limit after the first": (BY_REGION + " ORDER BY n DESC LIMIT 10 OFFSET 2", []),
    "latest row": (
        top("SELECT * FROM events", "user_id", "amount DESC, event_ms DESC", "= 1", "user_id, region"),
        [("user_id",)],
    ),
    "latest row by time": (
        top("SELECT * FROM events", "user_id", "event_time DESC", "= 1", "user_id, region"),
        [("user_id",)],
    ),
    "first row": (
        top("SELECT * FROM events", "user_id", "seen ASC", "= 1", "user_id, region"),
        [("user_id",)],
    ),
    "top n of a window": (
        top(HOURS, "window_start, window_end", "n DESC", "<= 3"),
        [
            ("region", "window_end"),
            ("region", "window_start"),
            ("window_end", "place"),
            ("window_start", "place"),
        ],
    ),
    "top n of a cumulating window": (
        top(windowed(CUMULATE), "window_start, window_end", "n DESC", "<= 3"),
        [("region", "window_end"), ("window_end", "place")],
    ),
    "latest row of a window": (
        top(
            f"SELECT * FROM {TUMBLE}",
            "window_start, window_end, user_id",
            "event_time DESC",
            "= 1",
            "user_id, region, window_end",
        ),
        [("user_id", "window_end")],
    ),
    "inner join, one to many": (
        f"SELECT l.region, r.user_id, l.n, r.n AS m FROM ({BY_REGION}) AS l JOIN ({BY_BOTH}) AS r "
        "ON l.region = r.region",
        [("region", "user_id")],
    ),
    "left join, one to one": (
        "SELECT c.user_id, c.n, u.name FROM (SELECT user_id, COUNT(*) AS n FROM events GROUP BY user_id) AS c "
        "LEFT JOIN users AS u ON c.user_id = u.user_id",
        [("user_id",)],
    ),
    "inner join, the other side's name": (
        "SELECT u.user_id, c.n FROM (SELECT user_id, COUNT(*) AS n FROM events GROUP BY user_id) AS c "
        "JOIN users AS u ON c.user_id = u.user_id",
        [("user_id",)],
    ),
    "full join": (
        f"SELECT l.region, r.region AS other_region, l.n FROM ({BY_REGION}) AS l "
        "FULL JOIN (SELECT region, SUM(amount) AS m FROM others GROUP BY region) AS r ON l.region = r.region",
        [("region", "other_region")],
    ),
    "join on no key": (
        f"SELECT l.region, r.amount FROM ({BY_REGION}) AS l JOIN others AS r ON l.region = r.region",
        [],
    ),
    # Two versions of a user's row could overtake each other on the way to the join by name.
    "join that moves rows": (
        f"SELECT u.user_id, r.n FROM users AS u LEFT JOIN ({BY_REGION}) AS r ON u.name = r.region",
        [],
    ),
    "semi join": (
        f"SELECT region, n FROM ({BY_REGION}) WHERE region IN (SELECT region FROM others)",
        [("region",)],
    ),
    "anti join": (
        f"SELECT region, n FROM ({BY_REGION}) AS l WHERE NOT EXISTS "
        "(SELECT 1 FROM others AS o WHERE o.region = l.region)",
        [("region",)],
    ),
    "interval join": (
        "SELECT l.user_id, r.amount FROM events AS l JOIN others AS r ON l.user_id = r.user_id "
        f"AND l.event_time BETWEEN r.event_time AND r.event_time + {HOUR}",
        [],
    ),
    "window join": (
        f"SELECT l.region, l.window_end, l.n, r.n AS m FROM ({HOURS}) AS l "
        f"JOIN ({HOURS.replace('events', 'others')}) AS r ON l.region = r.region "
        "AND l.window_start = r.window_start AND l.window_end = r.window_end",
        [("region", "window_end")],
    ),
    "temporal join": (
        "SELECT h.region, h.window_end, h.n, u.name FROM (SELECT region, window_end, window_time AS at_time, "
        f"COUNT(*) AS n FROM {TUMBLE} GROUP BY region, window_start, window_end, window_time) AS h "
        "LEFT JOIN users FOR SYSTEM_TIME AS OF h.at_time AS u ON h.region = u.user_id",
        [("region", "window_end")],
    ),
    "union": (f"{BY_REGION} UNION ALL {BY_REGION.replace('events', 'others')}", []),
    "over": (
        "SELECT user_id, SUM(amount) OVER (PARTITION BY user_id ORDER BY event_time) AS s FROM events",
        [],
    ),
    "changelog": ("SELECT user_id, name FROM users", [("user_id",)]),
    "changelog, filtered": ("SELECT user_id, name FROM users WHERE name <> ''", [("user_id",)]),
    "changelog without its key": ("SELECT name FROM users", []),
}


@pytest.fixture(scope="module")
def keys_of(flink_options):
    def keys_of(query, options=()):
        flink = FlinkPlanner({**flink_options, **dict(options)}, ())
        for create in (EVENTS.format(name="events"), EVENTS.format(name="others"), USERS):
            flink.run(create)
        flink.run(f"CREATE TEMPORARY VIEW answer AS {query}")
        schema = flink.t_env.from_path("answer")._j_table.getResolvedSchema()
        columns = ", ".join(f"{quoted(c.name)} {c.type}" for c in columns_of(schema))
        flink.run(f"CREATE TABLE kept ({columns}) WITH ('connector' = 'blackhole')")
        plan = normalized(flink.compile([flink.parse("INSERT INTO kept SELECT * FROM answer")]))
        return SinkKeys(plan), plan

    return keys_of


@pytest.mark.parametrize(("query", "expected"), KEYS.values(), ids=[name.replace(" ", "_") for name in KEYS])
def test_the_keys_that_would_do(query, expected, keys_of):
    keys, plan = keys_of(query)
    (sink,) = plan.tables("sink")
    assert list(keys.keys(sink)) == expected
    for key in expected:
        assert keys.admits(sink, key)


@pytest.mark.parametrize(
    ("query", "nodes"),
    [
        (BY_REGION, {"local-group-aggregate", "global-group-aggregate"}),
        (BY_REGION.replace("COUNT(*)", "COUNT(DISTINCT user_id)"), {"incremental-group-aggregate"}),
    ],
)
def test_mini_batch_splits_an_aggregate_and_keeps_its_key(query, nodes, keys_of):
    keys, plan = keys_of(query, MINI_BATCH)
    (sink,) = plan.tables("sink")
    assert keys.keys(sink) == (("region",),)
    assert nodes <= {node["type"].removeprefix("stream-exec-").rpartition("_")[0] for node in plan.nodes}


def test_rows_that_come_once_take_a_wider_key_and_rows_that_change_do_not(keys_of):
    keys, plan = keys_of(HOURS)
    assert keys.admits(plan.tables("sink")[0], ("region", "window_start", "window_end", "n"))
    keys, plan = keys_of(BY_REGION)
    assert not keys.admits(plan.tables("sink")[0], ("region", "n"))


def test_a_group_by_both_bounds_serves_only_under_all_of_them(keys_of):
    """GROUP BY k, a with the key k: Flink plans it without a word."""
    keys, plan = keys_of(BY_BOTH)
    (sink,) = plan.tables("sink")
    assert not keys.admits(sink, ("region",))
    assert not keys.admits(sink, ("user_id",))
    assert keys.admits(sink, ("user_id", "region"))


def test_no_key_is_read_off_a_plan_whose_node_is_not_known():
    nodes = [{"id": 1, "type": "stream-exec-magic_1", "outputType": "ROW<`a` INT, `b` ROW<`c` INT>>"}]
    assert derive(nodes, []) == {1: Derived(width=2, updating=True)}
