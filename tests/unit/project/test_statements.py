import random

import pytest

from tally.errors import Span
from tally.project.statements import Created, split
from tally.project.text_errors import UnterminatedComment


def statements(text, **environ):
    found, missing = split(text, "x.sql", environ)
    assert not missing
    return found


def texts(text):
    return [statement.text for statement in statements(text)]


def test_statements_end_at_semicolons_outside_of_quotes_comments_and_hints():
    text = """
    SELECT 'a;--b', `c;d` /* e; */ -- f;
      FROM t /*+ OPTIONS('g' = ';') */; ; /* nothing; */ ;
    SET 'k' = 'v'  -- trailing, not the statement's
    """
    assert texts(text) == [
        "SELECT 'a;--b', `c;d` /* e; */ -- f;\n      FROM t /*+ OPTIONS('g' = ';') */",
        "SET 'k' = 'v'",
    ]


@pytest.mark.parametrize("text", ["", " \n", "-- only\n/* comments */", ";;\n;", "-- a;\n;"])
def test_blanks_and_comments_are_no_statement(text):
    assert texts(text) == []


@pytest.mark.parametrize(
    "head",
    [
        "EXECUTE STATEMENT SET BEGIN",
        "execute /* x */ statement\nset begin",
        "EXPLAIN STATEMENT SET BEGIN",
        "EXPLAIN PLAN FOR STATEMENT SET BEGIN",
        "COMPILE PLAN '/p' IF NOT EXISTS FOR STATEMENT SET BEGIN",
        "COMPILE AND EXECUTE PLAN '/p' FOR STATEMENT SET BEGIN",
    ],
)
def test_a_statement_set_is_one_statement(head):
    first = f"{head} INSERT INTO t SELECT CASE WHEN a THEN 1 END; -- one;\n INSERT INTO u SELECT `end`;\nEnd"
    assert texts(f"{first} ; SET 'a' = 'b';") == [first, "SET 'a' = 'b'"]


def test_an_empty_statement_set_ends_too():
    assert texts("EXECUTE STATEMENT SET BEGIN END; SELECT 1") == [
        "EXECUTE STATEMENT SET BEGIN END",
        "SELECT 1",
    ]


def test_begin_statement_set_is_a_statement_of_its_own_as_for_flink():
    text = "BEGIN STATEMENT SET; INSERT INTO t SELECT 1; END;"
    assert texts(text) == ["BEGIN STATEMENT SET", "INSERT INTO t SELECT 1", "END"]


def test_words_of_a_statement_set_elsewhere_begin_none():
    assert texts("SELECT 'STATEMENT SET BEGIN'; SELECT `STATEMENT` , `SET`, `BEGIN`; SELECT 1") == [
        "SELECT 'STATEMENT SET BEGIN'",
        "SELECT `STATEMENT` , `SET`, `BEGIN`",
        "SELECT 1",
    ]


@pytest.mark.parametrize(
    ("text", "kind", "name", "column"),
    [
        ("CREATE TABLE t (a INT)", "table", "t", 14),
        ("create or replace temporary view V AS SELECT 1", "view", "V", 34),
        ("CREATE TEMPORARY SYSTEM FUNCTION IF NOT EXISTS f AS 'a'", "function", "f", 48),
        ("CREATE MATERIALIZED TABLE m AS SELECT 1", "materialized table", "m", 27),
        ("CREATE OR ALTER MATERIALIZED TABLE m AS SELECT 1", "materialized table", "m", 36),
        ("CREATE /* TABLE x */ VIEW `a``b.c` AS SELECT 1", "view", "a`b.c", 27),
        ("CREATE TABLE c.`d e`.t (a INT)", "table", "t", 22),
        ("CREATE TABLE t", "table", "t", 14),
        ("CREATE CATALOG c WITH ('a'='b')", "catalog", "c", 16),
        ("CREATE DATABASE d", "database", "d", 17),
        ("CREATE MODEL m INPUT (a INT) OUTPUT (b INT) WITH ('a'='b')", "model", "m", 14),
        ("CREATE CONNECTION c WITH ('a'='b')", "connection", "c", 19),
    ],
)
def test_a_create_statement_tells_kind_and_name(text, kind, name, column):
    (statement,) = statements(text)
    assert statement.creates == Created(kind, name, Span("x.sql", 1, column))
    assert statement.keyword == "CREATE"


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("INSERT INTO t SELECT 'CREATE TABLE x'", "INSERT"),
        ("set 'a' = 'b'", "SET"),
        ("CREATE TABLE (a INT)", "CREATE"),
        ("CREATE", "CREATE"),
        ("CREATE MATERIALIZED m", "CREATE"),
        ("CREATE `TABLE` t", "CREATE"),
        ("(SELECT 1)", ""),
        ("`CREATE` TABLE t", ""),
    ],
)
def test_other_statements_create_nothing(text, keyword):
    (statement,) = statements(text)
    assert (statement.creates, statement.keyword) == (None, keyword)


@pytest.mark.parametrize(
    ("above", "comment"),
    [
        ("-- Who?\n", "Who?"),
        ("--Who?\n--\n--   by day\n", "Who?\n\n  by day"),
        ("-- licence\n\n-- Who?\n", "Who?"),
        ("-- Who?\n\n", ""),
        ("-- Who?\n \t\n", ""),
        ("SELECT 0; -- not this\n", ""),
        ("SELECT 0; -- not this\n-- Who?\n", "Who?"),
        ("-- Who?  \n-- When?\t\n", "Who?\nWhen?"),
        ("/* Who? */ ", "Who?"),
        ("/**\n * Who?\n * When?\n */\n", "Who?\nWhen?"),
        ("// Who?\n/* When? */\n", "Who?\nWhen?"),
        ("-- Who? ${NOBODY}\n", "Who? ${NOBODY}"),
        ("", ""),
    ],
)
def test_the_comment_directly_above_is_kept_apart(above, comment):
    last = statements(f"{above}SELECT 1 -- after\n FROM t -- behind\n;\n")[-1]
    assert (last.comment, last.text) == (comment, "SELECT 1 -- after\n FROM t")


def test_a_statement_stands_at_its_first_token():
    assert [str(s.span) for s in statements("-- a\n\n  SELECT 1; /* b */ SELECT\n2;")] == [
        "x.sql:3:3",
        "x.sql:3:21",
    ]


def test_flinks_positions_are_found_in_the_file():
    first, second = statements("-- a\n  SELECT 1,\n\t2 FRM t;\n\n SELECT 3")
    assert str(first.at(1, 1)) == "x.sql:2:3"
    assert str(first.at(1, 8)) == "x.sql:2:10"
    assert str(first.at(2, 4)) == "x.sql:3:4"
    assert str(second.at(1, 8)) == "x.sql:5:9"


def test_positions_behind_a_value_are_those_of_the_file():
    (statement,) = statements("SELECT ${A}, '${B}' FRM ${C:-t}\nWHERE ${A}", A="1,\n2,\r\n3", B="it's", C="")
    assert statement.text == "SELECT 1,\n2,\r\n3, 'it''s' FRM t\nWHERE 1,\n2,\r\n3"
    assert str(statement.at(1, 8)) == "x.sql:1:8"  # the value of A begins
    assert str(statement.at(2, 1)) == "x.sql:1:8"  # still in it
    assert str(statement.at(3, 2)) == "x.sql:1:12"  # the comma behind it
    assert str(statement.at(3, 4)) == "x.sql:1:14"  # the string
    assert str(statement.at(3, 6)) == "x.sql:1:15"  # in the value of B
    assert str(statement.at(3, 12)) == "x.sql:1:21"  # FRM
    assert str(statement.at(3, 16)) == "x.sql:1:25"  # the default of C
    assert str(statement.at(4, 1)) == "x.sql:2:1"
    assert str(statement.at(4, 7)) == "x.sql:2:7"


def test_each_kind_of_line_end_ends_a_line():
    (statement,) = statements("SELECT ${A}, 4", A="1,\r2,\r\n3")
    assert str(statement.at(3, 2)) == "x.sql:1:12"


def test_an_open_hint_is_found_at_the_end_of_the_file_too():
    with pytest.raises(UnterminatedComment) as refused:
        statements("SELECT *\nFROM t /*+ X /* not its end */")
    assert str(refused.value.span) == "x.sql:2:8"


def test_flink_counts_utf_16_units_and_a_tab_as_one_column():
    (statement,) = statements("SELECT '日𝄞',\t'x' FRM t")
    assert str(statement.at(1, 14)) == "x.sql:1:13"


@pytest.mark.parametrize(("line", "column"), [(9, 9), (1, 99), (2, 99), (0, 0)])
def test_a_position_outside_of_the_statement_is_the_nearest(line, column):
    (statement,) = statements("\nSELECT 1\n+ 2 ; ")
    nearest = {(9, 9): (3, 4), (1, 99): (2, 9), (2, 99): (3, 4), (0, 0): (2, 1)}
    assert statement.at(line, column) == Span("x.sql", *nearest[line, column])


# One line each, so that a line comment may follow; none begins with a blank or ends with one.
PARTS = [
    "SELECT",
    "'a;--b'",
    "'/*'",
    "`c;d`",
    "/* e;' */",
    "inserted_at",
    "1.5",
    "'it''s'",
    "END",
    "CASE",
    "(",
    "E'\\';'",
]


@pytest.mark.parametrize("seed", range(20))
def test_random_statements_are_found_again(seed):
    choose = random.Random(seed)
    for _ in range(30):
        written = [
            " ".join(["SELECT", *choose.choices(PARTS, k=choose.randint(0, 8)), "x"]) for _ in range(4)
        ]
        gaps = [" ", "\n", "-- no;thing'\n", "/* nor; ' this */", ";", "\n\n"]
        text = "".join(f"{choose.choice(gaps)}{statement} {choose.choice(gaps)};" for statement in written)
        assert texts(text) == written, text


@pytest.mark.parametrize("seed", range(20))
def test_every_position_of_a_statement_is_that_of_its_character(seed):
    choose = random.Random(seed)
    environ = {"A": "1,\n\n2", "B": "𝄞it's\r\n", "EMPTY": ""}
    parts = [*PARTS, "\n", "𝄞", "日", "\t", "${A}", "'${B}'", "${EMPTY}", "x${C:-y\nz}w", "'${A}-${B}'"]
    text = "-- head\n" + "\n;".join(" ".join(["SELECT", *choose.choices(parts, k=12), "x"]) for _ in range(5))
    in_values = {f"x.sql:{s.line}:{s.column}" for s in variable_places(text)}
    checked = 0
    for statement in statements(text, **environ):
        for line, column, character in flinks_positions(statement.text):
            place = statement.at(line, column)
            if str(place) not in in_values:
                assert text.split("\n")[place.line - 1][place.column - 1 :][:1] == character.strip("\n")
                checked += 1
    assert checked > 100


def variable_places(text):
    for number, line in enumerate(text.split("\n"), 1):
        yield from (Span("x.sql", number, at + 1) for at in range(len(line)) if line.startswith("${", at))


def flinks_positions(text):
    """Each character with line and column as Flink counts them."""
    line = column = 1
    for index, character in enumerate(text):
        yield line, column, character
        column += 2 if ord(character) > 0xFFFF else 1
        if character == "\n" or (character == "\r" and text[index + 1 : index + 2] != "\n"):
            line, column = line + 1, 1
