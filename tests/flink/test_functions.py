"""docs/functions.md is true: each function of Flink's is there, and planned or refused as the page says."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyflink.java_gateway import get_gateway

from tally.errors import TallyError
from tally.flink_conf import read_flink_conf
from tally.planning.plan_project import plan_project
from tally.project import load_project
from tally.stack.bundled import bundle
from tests.function_table import EVENTS, PLACES, aggregate, lines, named

LINES = lines()
CALLED = [line for line in LINES if line.works]
REFUSED = [(line, place) for line in CALLED for place, works in line.works.items() if not works]


@pytest.fixture
def planned(request: pytest.FixtureRequest, tmp_path: Path):
    """Plan one file over ``events``, as `tally explain` does: with mini-batch."""
    request.getfixturevalue("jvm")
    options = read_flink_conf(bundle().flink_conf)

    def planned(sql: str):
        for path, text in {"sql/sources/events.sql": EVENTS, "sql/aggregates/a.sql": sql}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, "utf-8")
        return plan_project(load_project(tmp_path, {}), (), options)

    return planned


@pytest.mark.usefixtures("jvm")
def test_each_function_of_flink_is_on_the_page():
    definitions = (
        get_gateway().jvm.org.apache.flink.table.functions.BuiltInFunctionDefinitions.getDefinitions()
    )
    kinds = {"SCALAR", "AGGREGATE", "PROCESS_TABLE"}
    functions = {
        str(one.getSqlName()) for one in definitions if str(one.getKind()) in kinds and not one.isInternal()
    }
    # Flink makes SUM0 and DISTINCT of what is written otherwise.
    assert functions - named() - {"SUM0", "DISTINCT"} == set()
    assert len(LINES) > 200


def test_functions_of_values_are_planned(planned):
    planned(aggregate("a", "rows", [f"LAST_VALUE({line.example})" for line in LINES if not line.works]))


@pytest.mark.parametrize("place", PLACES)
def test_aggregate_functions_are_planned(planned, place):
    planned(aggregate("a", place, [line.example for line in CALLED if line.works[place]]))


@pytest.mark.parametrize(
    ("line", "place"), REFUSED, ids=[f"{line.function}-{place}" for line, place in REFUSED]
)
def test_aggregate_functions_are_refused_with_the_reason(planned, line, place):
    with pytest.raises(TallyError) as refused:
        planned(aggregate("a", place, [line.example]))
    assert "Traceback" not in str(refused.value)
    assert "org.apache.flink" not in str(refused.value)


def test_what_only_a_watermark_may_call_is_refused(planned):
    with pytest.raises(TallyError) as refused:
        planned(aggregate("a", "rows", ["LAST_VALUE(SOURCE_WATERMARK() IS NOT NULL)"]))
    assert str(refused.value) == (
        "sql/aggregates/a.sql:1:27: SOURCE_WATERMARK() is for the WATERMARK of a source alone\n"
        "hint: write CURRENT_WATERMARK(event_time)"
    )
