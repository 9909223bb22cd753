import shutil
from pathlib import Path

import pytest

from tally.errors import ProjectErrors, Span
from tally.project import NoProject, load_file, load_project
from tally.project.project import NoSuchFile, NotAJob
from tally.project.statements import Created

SHOP = Path("tests/projects/small_shop")
ENVIRON = {"SHOP_LARGE": "100.00"}


@pytest.fixture
def shop(tmp_path):
    """A copy of the small shop that a test may change."""
    return Path(shutil.copytree(SHOP, tmp_path / "shop"))


def names(files):
    return [file.name for file in files]


def test_a_project_is_what_stands_in_its_folder():
    project = load_project(SHOP, ENVIRON)

    assert (project.root, project.name) == (SHOP.resolve(), "small-shop")
    assert names(project.sources) == ["sql/sources/purchases.sql"]
    assert names(project.views) == ["sql/views/large_purchases.sql"]
    assert names(project.functions) == ["sql/functions/tier.sql"]
    assert names(project.aggregates) == ["sql/aggregates/nested/by_hand.sql", "sql/aggregates/sales.sql"]
    assert project.sources[0].path == SHOP.resolve() / "sql/sources/purchases.sql"
    assert project.jobs == (SHOP.resolve() / "jobs/top.py",)
    assert project.udfs == SHOP.resolve() / "udfs"
    assert project.settings.cassandra.keyspace == "shop"
    assert project.settings.environment == "local"


def test_a_statement_comes_with_text_comment_object_and_place():
    (source,) = load_project(SHOP, ENVIRON).sources[0].statements
    name = "sql/sources/purchases.sql"

    assert source.text == (
        "CREATE TABLE purchases (\n"
        "  customer BIGINT NOT NULL,   -- who; never null\n"
        "  amount DECIMAL(10, 2),\n"
        "  inserted_at TIMESTAMP(3)\n"
        ") WITH (\n"
        "  'connector' = 'kafka',\n"
        "  'topic' = 'purchases'\n"
        ")"
    )
    assert source.comment == "Who bought what?\nOne record a purchase."
    assert source.creates == Created("table", "purchases", Span(name, 5, 14))
    assert (source.keyword, source.span) == ("CREATE", Span(name, 5, 1))


def test_plain_sql_stands_beside_aggregates():
    by_hand, sales = load_project(SHOP, ENVIRON).aggregates
    assert [s.keyword for s in by_hand.statements] == ["SET", "CREATE", "EXECUTE"]
    assert by_hand.statements[2].comment == "Both inserts read the source once."
    assert by_hand.statements[2].text.endswith("FROM purchases;\nEND")
    assert [s.creates.kind for s in sales.statements] == ["materialized table"]


def test_objects_are_found_by_name():
    project = load_project(SHOP, ENVIRON)
    assert sorted(project.names) == ["large_purchases", "output", "purchases", "sales", "tier"]
    assert project.shared("large_purchases").text.endswith("WHERE amount > 100.00")
    assert project.shared("tier").creates.kind == "function"
    assert project.shared("sales") is None
    assert project.shared("PURCHASES") is None


def test_variables_and_settings_come_from_the_variables_given():
    environ = {"SHOP_LARGE": "1", "SHOP_TOPIC": "other", "TALLY_ENVIRONMENT": "production"}
    project = load_project(SHOP, environ)
    assert "'topic' = 'other'" in project.sources[0].statements[0].text
    assert project.settings.kafka.bootstrap_servers == "kafka-1:9092"


def test_a_byte_order_mark_and_windows_line_ends_change_no_place(shop):
    (shop / "sql/views/v.sql").write_bytes("\ufeff-- Why?\r\nCREATE VIEW v AS\r\nSELECT 1;\r\n".encode())
    view = load_project(shop, ENVIRON).shared("v")
    assert (view.text, view.comment) == ("CREATE VIEW v AS\nSELECT 1", "Why?")
    assert view.at(2, 8) == Span("sql/views/v.sql", 3, 8)


def test_a_project_may_hold_next_to_nothing(tmp_path):
    (tmp_path / "sql").mkdir()
    project = load_project(tmp_path, {})
    assert (project.name, project.names, project.jobs, project.udfs) == (tmp_path.name, {}, (), None)


def test_a_folder_that_is_no_project_is_refused(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'other'\n")
    with pytest.raises(NoProject) as refused:
        load_project(tmp_path, {})
    assert str(refused.value) == (
        f"no project in {tmp_path} or in a folder above it\n"
        "hint: run `tally init DIR` for a new one, or change to a folder with sql/"
    )


def test_a_file_of_the_command_line_is_that_of_the_project():
    project = load_project(SHOP, ENVIRON)
    assert load_file(project, SHOP / "sql/aggregates/sales.sql", {}) is project.aggregates[1]
    assert load_file(project, SHOP / "sql/views/../aggregates/sales.sql", {}) is project.aggregates[1]


def test_a_file_from_elsewhere_is_read_with_the_project_s_names(tmp_path):
    path = tmp_path / "more.sql"
    path.write_text("-- How many?\nINSERT INTO t SELECT COUNT(*) FROM purchases WHERE amount > ${LEAST};\n")
    file = load_file(load_project(SHOP, ENVIRON), path, {"LEAST": "2"})
    assert (file.path, file.name) == (path, path.as_posix())
    assert file.statements[0].text == "INSERT INTO t SELECT COUNT(*) FROM purchases WHERE amount > 2"
    assert str(file.statements[0].at(1, 8)) == f"{path}:2:8"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "SELECT ${A};",
            "1:8: variable 'A' is not set\nhint: set it: export A=..., or write a default: ${A:-...}",
        ),
        ("-- a\n", " no statement in the file\nhint: write one, or remove the file"),
        (
            "CREATE VIEW sales AS SELECT 1;",
            "1:13: 'sales' exists already, at sql/aggregates/sales.sql:2:27\nhint: rename or remove one of the two",
        ),
    ],
)
def test_mistakes_in_a_file_from_elsewhere_are_told(tmp_path, text, said):
    path = tmp_path / "more.sql"
    path.write_text(text)
    with pytest.raises(ProjectErrors) as refused:
        load_file(load_project(SHOP, ENVIRON), path, {})
    assert str(refused.value) == f"{path}:{said}"


def test_a_file_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(NoSuchFile) as refused:
        load_file(load_project(SHOP, ENVIRON), Path("sql/aggregates/sale.sql"), {})
    assert str(refused.value) == (
        "no file 'sql/aggregates/sale.sql'\nhint: did you mean 'sql/aggregates/sales.sql'?"
    )


def test_shared_objects_are_no_job():
    with pytest.raises(NotAJob) as refused:
        load_file(load_project(SHOP, ENVIRON), SHOP / "sql/views/large_purchases.sql", {})
    assert str(refused.value) == (
        "sql/views/large_purchases.sql: not a job\n"
        "hint: name a file of sql/aggregates; sources, views and functions come with it"
    )


def test_the_shipped_project_loads_and_each_object_says_which_question_it_answers():
    project = load_project(Path.cwd(), {})
    kinds = {statement.creates.kind for file in project.aggregates for statement in file.statements}
    assert kinds == {"materialized table"}
    assert [name for name, statement in project.names.items() if "?" not in statement.comment] == []
