"""An expression that throws stops its own job, for good and by name; the jobs beside it go on."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import cloudpickle
import pytest

from tally.running.errors import JobsFailed
from tally.running.shipping import ship_code
from tests.e2e.test_deployed import registry
from tests.e2e.workbench import Workbench

EVENTS = """
CREATE TABLE events (k STRING NOT NULL, v INT, word STRING)
WITH ('connector' = 'kafka', 'topic' = '${T}-events', 'format' = 'json');
"""
UDFS = """
from pyflink.table.udf import udf


def shout_of(word):
    return word.upper()


shout = udf(shout_of, result_type="STRING")
"""
TIMES = "stopped after 3 failures of one cause: "
JOBS = {
    "quotients": "SELECT k, SUM(CAST(100 / v AS BIGINT)) AS v FROM events GROUP BY k",
    "numbers": "SELECT k, MAX(CAST(word AS INT)) AS v FROM events GROUP BY k",
    "shouts": "SELECT k, MAX(shout(word)) AS v FROM events GROUP BY k",
    "objects": "SELECT k, JSON_OBJECTAGG(KEY word VALUE v) AS v FROM events WHERE word IS NOT NULL GROUP BY k",
    "sums": "SELECT k, COUNT(*) AS n FROM events GROUP BY k",
}


@pytest.fixture
def project(bench: Workbench) -> Iterator[Workbench]:
    bench.write(
        {
            "sql/sources/events.sql": EVENTS,
            "sql/functions/shout.sql": "CREATE FUNCTION shout AS 'udfs.words.shout' LANGUAGE PYTHON;",
            "udfs/__init__.py": "",
            "udfs/words.py": UDFS,
            **{
                f"sql/aggregates/{name}.sql": f"CREATE MATERIALIZED TABLE {name} (PRIMARY KEY (k) NOT ENFORCED) "
                f"WITH ('sinks' = 'cassandra') AS {query};"
                for name, query in JOBS.items()
            },
        }
    )
    records = [
        {"k": "a", "v": 5, "word": "7"},
        {"k": "a", "v": 0, "word": "7"},
        {"k": "a", "v": 1, "word": None},
    ]
    bench.produce(
        bench.topic("events"), [(None, record, None) for record in (*records, {**records[0], "word": "x"})]
    )
    # The interpreter inside the JVM, which all tests share, knows nothing of this project.
    ship_code(bench.root / "udfs")
    yield bench
    cloudpickle.unregister_pickle_by_value(importlib.import_module("udfs"))


def statuses(bench: Workbench) -> dict[str, str]:
    return {one.job: one.status for one in registry(bench).read().of(bench.root.name)}


def reasons(error: JobsFailed) -> dict[str, str]:
    """Return what is said of each job, without its hint."""
    said = [str(one).partition("\nhint: ")[0] for one in error.errors]
    return {text.split("'")[1]: text.partition(" failed: ")[2] for text in said}


ROWS = {
    "quotients": """aggregate 'quotients': Calc(select=[k, CAST((100 / v) AS BIGINT) AS $f1], where=[$dead IS NULL]) \
failed: ArithmeticException: / by zero
  row: {"k":"a","v":0,"$dead":null,"$partition":0}""",
    "numbers": """aggregate 'numbers': Calc(select=[k, CAST(word AS INTEGER) AS $f1], where=[$dead IS NULL]) \
failed: NumberFormatException: For input string: 'x'. Invalid character found.
  row: {"k":"a","word":"x","$dead":null,"$partition":0}""",
    "shouts": """aggregate 'shouts': function 'shout_of' failed at udfs/words.py:6: \
AttributeError: 'NoneType' object has no attribute 'upper'
  arguments: (None,)
  row: {"k":"a","word":null}""",
}
DUPLICATE = (
    "TableException: Key '7' is already present. Duplicate keys are not allowed in JSON_OBJECTAGG. "
    "Please ensure that keys are unique."
)
OBJECTS = (
    "aggregate 'objects': LocalGroupAggregate(groupBy=[k], select=[k, JSON_OBJECTAGG_NULL_ON_NULL(word, $f3) "
    f"AS json_objectagg_null_on_null$0]) failed: {DUPLICATE}"
)


def test_a_job_stops_for_good_at_the_third_failure_of_one_cause_and_the_others_go_on(project):
    def is_over(progress):
        states = {one.job: one.state for one in progress}
        served = next(one for one in progress if one.job == "sums")
        failed = {job for job, state in states.items() if state == "FAILED"}
        return failed == set(JOBS) - {"sums"} and states["sums"] == "RUNNING" and served.rows_out > 0

    with pytest.raises(JobsFailed) as raised:
        project.run(until=is_over)
    expected = {**ROWS, "objects": OBJECTS}
    # The cluster may not tell yet that the last failure was the third.
    said = {job: words.removeprefix(TIMES) for job, words in reasons(raised.value).items()}
    assert said == expected
    assert project.rows("sums") == [("a", 4)]
    assert statuses(project) == dict.fromkeys(JOBS, "failed") | {"sums": "stopped"}


def test_in_a_bounded_run_the_others_come_to_their_end(project):
    with pytest.raises(JobsFailed) as raised:
        project.run(bounded=True)
    # An aggregation may have put rows together before it fails, so that no row is to be named.
    assert reasons(raised.value) == {**ROWS, "objects": DUPLICATE}
    assert project.rows("sums") == [("a", 4)]
    assert statuses(project) == dict.fromkeys(JOBS, "failed") | {"sums": "finished"}
