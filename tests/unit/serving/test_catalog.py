from dataclasses import replace

import pytest

from tally.serving.catalog import Catalog, find_aggregate, fingerprint, load_catalog, save_catalog
from tally.serving.request_errors import UnknownAggregate


@pytest.fixture
def root(tmp_path):
    (tmp_path / "sql" / "aggregates").mkdir(parents=True)
    (tmp_path / "sql" / "aggregates" / "a.sql").write_text("SELECT '${TOPIC:-t}'", "utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.tally]\n", "utf-8")
    return tmp_path


def never():
    raise AssertionError("planned again")


def test_aggregates_come_back_as_they_were_saved(root, airport_hours, sales_by_day, busiest):
    aggregates = (airport_hours, sales_by_day, busiest)

    save_catalog(root, aggregates, "abc")

    assert load_catalog(root) == Catalog("abc", aggregates, True)
    assert [path.name for path in (root / ".tally").iterdir()] == ["catalog.json"]


def test_there_may_be_no_catalog(root):
    assert load_catalog(root) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"fingerprint": "x", "aggregates": [{}]}', b"\xff"])
def test_a_catalog_that_cannot_be_read_is_none(root, content):
    (root / ".tally").mkdir()
    (root / ".tally" / "catalog.json").write_bytes(content)

    assert load_catalog(root) is None


def test_the_fingerprint_follows_files_and_the_variables_they_name(root):
    seen = [fingerprint(root, {}), fingerprint(root, {"TOPIC": "u"})]
    assert fingerprint(root, {"OTHER": "u"}) == seen[0]

    for name in ("sql/aggregates/a.sql", "pyproject.toml", "jobs/top.py", "udfs/deep/er.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("changed ${TOPIC}", "utf-8")
        seen.append(fingerprint(root, {}))
    (root / "sql/aggregates/a.sql").rename(root / "sql/aggregates/b.sql")
    seen.append(fingerprint(root, {}))

    assert len(set(seen)) == 7
    (root / "udfs" / "__pycache__").mkdir()
    (root / "udfs" / "__pycache__" / "er.pyc").write_bytes(b"x")
    (root / "README.md").write_text("x", "utf-8")
    assert fingerprint(root, {}) == seen[-1]


def test_a_catalog_that_is_up_to_date_needs_no_plan(root, airport_hours, busiest):
    save_catalog(root, (airport_hours, busiest), fingerprint(root))

    assert find_aggregate(root, "busiest", never) == busiest


def test_a_changed_project_is_planned_again_and_kept(root, airport_hours, busiest):
    save_catalog(root, (airport_hours,), fingerprint(root))
    (root / "sql" / "aggregates" / "b.sql").write_text("SELECT 1", "utf-8")

    assert find_aggregate(root, "busiest", lambda: (airport_hours, busiest)) == busiest
    assert find_aggregate(root, "airport_hours", never) == airport_hours


def test_an_unknown_aggregate_is_answered_with_the_nearest(root, airport_hours, busiest):
    save_catalog(root, (airport_hours, busiest), fingerprint(root))

    with pytest.raises(UnknownAggregate) as caught:
        find_aggregate(root, "airport_hour", never)

    assert str(caught.value) == "unknown aggregate 'airport_hour'\nhint: did you mean 'airport_hours'?"


def test_part_of_a_project_answers_for_what_it_holds(root, airport_hours, busiest):
    save_catalog(root, (busiest,), fingerprint(root), is_complete=False)

    assert find_aggregate(root, "busiest", never) == busiest
    assert find_aggregate(root, "airport_hours", lambda: (airport_hours, busiest)) == airport_hours


def test_part_of_a_project_is_added_to_what_is_known_of_the_same_files(root, airport_hours, busiest):
    save_catalog(root, (airport_hours, busiest), "same")
    again = replace(busiest, comment="again")

    save_catalog(root, (again,), "same", is_complete=False)
    assert load_catalog(root) == Catalog("same", (again, airport_hours), True)

    save_catalog(root, (again,), "other", is_complete=False)
    assert load_catalog(root) == Catalog("other", (again,), False)

    save_catalog(root, (airport_hours,), "other", is_complete=False)
    assert load_catalog(root) == Catalog("other", (airport_hours, again), False)
