import pytest

from tally.project.statements import split
from tally.project.substitution import substitute


def substituted(written, **environ):
    source, missing = substitute(written, "x.sql", environ)
    assert not missing
    return source.text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("a ${X} b", "a 1 b"),
        ("a_${X}_b", "a_1_b"),
        ("'${X}' `${X}` E'${X}'", "'1' `1` E'1'"),
        ("${X}${X}", "11"),
        ("${X:-2}", "1"),
        ("${NONE:-2}", "2"),
        ("${EMPTY:-2}", "2"),
        ("${EMPTY}${NONE:-}", ""),
        ("'${NONE:-it''s}'", "'it''s'"),
        ("${NONE:-'a b', `c`}", "'a b', `c`"),
        ("$${X} '$${X}'", "${X} '${X}'"),
        ("'$.a' $ {X} $x", "'$.a' $ {X} $x"),
        ("-- ${X} ${NONE}\n/* ${X} ${ */ // ${\n${X}", "-- ${X} ${NONE}\n/* ${X} ${ */ // ${\n1"),
        ("/*+ OPTIONS('a' = '${X}') */", "/*+ OPTIONS('a' = '1') */"),
    ],
)
def test_variables_become_their_values_outside_of_comments(written, text):
    assert substituted(written, X="1", EMPTY="") == text


@pytest.mark.parametrize(
    ("written", "value", "text"),
    [
        ("'${X}'", "it's", "'it''s'"),
        ("'${X}'", "'; DROP TABLE t; --", "'''; DROP TABLE t; --'"),
        ("U&'${X}'", "it's", "U&'it''s'"),
        ("E'${X}'", r"\ it's", r"E'\\ it\'s'"),
        ("`${X}`", "a`b", "`a``b`"),
        ("'${X}'", "-- \\", "'-- \\'"),
        ("${X}", "'a' -- b", "'a' -- b"),
        ("${X}", "${Y}", "${Y}"),
        ("'${X}'", "$${", "'$${'"),
    ],
)
def test_a_value_keeps_its_meaning_within_quotes(written, value, text):
    assert substituted(written, X=value) == text


def test_a_value_in_quotes_ends_no_statement():
    statements, _ = split("SELECT '${X}'; SELECT 2", "x.sql", {"X": "'; SELECT 3; SELECT '"})
    assert [statement.text for statement in statements] == ["SELECT '''; SELECT 3; SELECT '''", "SELECT 2"]


def test_a_value_outside_of_quotes_is_sql():
    statements, _ = split("SELECT ${X}", "x.sql", {"X": "1; SELECT 'a;b'"})
    assert [statement.text for statement in statements] == ["SELECT 1", "SELECT 'a;b'"]


def test_what_is_missing_is_told_with_its_place_and_the_rest_goes_on():
    source, missing = substitute("${A} '${B}${C:-x}'\n ${A}", "x.sql", {})
    assert source.text == " 'x'\n "
    assert [str(error).split("\n")[0] for error in missing] == [
        "x.sql:1:1: variable 'A' is not set",
        "x.sql:1:7: variable 'B' is not set",
        "x.sql:2:2: variable 'A' is not set",
    ]


def test_a_file_with_missing_variables_gives_no_statements():
    statements, missing = split("SELECT 1; SELECT ${A}", "x.sql", {})
    assert statements == ()
    assert len(missing) == 1


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("${", "1:1"),
        ("\n ${}", "2:2"),
        ("${1A}", "1:1"),
        ("'a ${A b}'", "1:4"),
        ("'${A:-it'", "1:2"),
        ("${A:x}", "1:1"),
    ],
)
def test_a_malformed_variable_is_refused(written, place):
    with pytest.raises(Exception) as refused:
        substitute(written, "x.sql", {"A": "1"})
    assert str(refused.value) == (
        f"x.sql:{place}: malformed variable\nhint: write ${{NAME}} or ${{NAME:-default}}; $${{ is a literal ${{"
    )


def test_a_mistake_within_a_value_stands_at_its_variable():
    with pytest.raises(Exception) as refused:
        split("SELECT\n  ${X}", "x.sql", {"X": "1, 'open"})
    assert str(refused.value).split("\n")[0] == "x.sql:2:3: unterminated string"
