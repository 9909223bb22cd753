import random

import pytest

from tally.project import lex
from tally.project.text_errors import UnterminatedComment, UnterminatedName, UnterminatedString

BLANKS = " \t\n\r\f"

# Well-formed tokens by kind; any two may stand next to each other with a blank between.
TOKENS = {
    "string": [
        "'a--b'",
        "'/*'",
        "''",
        "'it''s; fine'",
        "'line\nbreak'",
        "U&'\\0041;'",
        "_utf-8'x;'",
        "'${A}'",
    ],
    "escaped": [r"E'it\'s; fine'", r"e'\\'", "E''", r"E'a''b\n'"],
    "quoted": ["`a``b;c`", "`--`", "`/*`", "`from`", "`日本`"],
    "double": ['"a;b"', '""'],
    "word": ["SELECT", "inserted_at", "end_x", "END", "é", "日本", "$a", "a$b", "_x", "E", "U"],
    "number": ["1", "1.5E-3", ".5", "1e10"],
    "operator": [
        ";",
        "(",
        ")",
        ",",
        "<=",
        "<>",
        "=>",
        "||",
        "/*+",
        "*/",
        "*",
        "/",
        "-",
        ".",
        ">=",
        "#",
        "\u00a0",
    ],
    "comment": ["-- c ; ' d\n", "// it's\n", "/* a ; ' ` /* b */", "/**/", "/** a **/", "/*-- x */"],
    "variable": ["${A}", "${A:-'x;y'}", "${A_1:-}", "$${", "${"],
}


def kinds(text):
    return [(token.kind, token.text) for token in lex(text)]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind in TOKENS for text in TOKENS[kind]])
def test_each_token_is_one_with_its_kind(kind, text):
    assert kinds(f" {text} x") == [(kind, text.rstrip("\n")), ("word", "x")]


def test_comments_begin_and_end_where_flink_lets_them():
    assert kinds("a--b 'c\n/d//e\n*f/*g--*/h/***i*/") == [
        *[("word", "a"), ("comment", "--b 'c"), ("operator", "/"), ("word", "d"), ("comment", "//e")],
        *[("operator", "*"), ("word", "f"), ("comment", "/*g--*/"), ("word", "h"), ("comment", "/***i*/")],
    ]


def test_a_hint_is_tokens_so_that_a_string_in_it_may_hold_its_end():
    assert kinds("/*+ X('*/') */") == [
        *[("operator", "/*+"), ("word", "X"), ("operator", "("), ("string", "'*/'")],
        *[("operator", ")"), ("operator", "*/")],
    ]


def test_variables_are_tokens_inside_words_too():
    assert kinds("a_${B}_c$${d") == [
        *[("word", "a_"), ("variable", "${B}"), ("word", "_c"), ("variable", "$${"), ("word", "d")]
    ]


def test_a_token_knows_its_place_and_its_keyword():
    select, name = lex(" select `select`")
    assert (select.start, select.end, select.keyword) == (1, 7, "SELECT")
    assert (name.start, name.end, name.keyword) == (8, 16, "")


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("x\n 'it''s", UnterminatedString, "<text>:2:2: unterminated string"),
        ("'a' 'b", UnterminatedString, "<text>:1:5: unterminated string"),
        (r"E'\'", None, ""),
        (r"E'\'x", None, ""),
        (r"E'a\\x", UnterminatedString, "<text>:1:2: unterminated string"),
        ("`a\n`", UnterminatedName, "<text>:1:1: unterminated quoted name"),
        ("x `a``b", UnterminatedName, "<text>:1:3: unterminated quoted name"),
        ("x ``", UnterminatedName, "<text>:1:3: unterminated quoted name"),
        ("1 /* * /", UnterminatedComment, "<text>:1:3: unterminated comment"),
        ("/***/", UnterminatedComment, "<text>:1:1: unterminated comment"),
        ("/*/", UnterminatedComment, "<text>:1:1: unterminated comment"),
    ],
)
def test_what_has_no_end_is_refused_at_its_beginning(text, error, said):
    if error is None:
        # As for Flink: without its end it is the word E and a string that ends at the backslash.
        assert kinds(text)[:2] == [("word", "E"), ("string", "'\\'")]
        return
    with pytest.raises(error) as refused:
        lex(text)
    assert str(refused.value).split("\n")[0] == said


@pytest.mark.parametrize("seed", range(20))
def test_tokens_and_blanks_give_back_the_text(seed):
    choose = random.Random(seed)
    atoms = [text for texts in TOKENS.values() for text in texts] + list("'`/*-;$\n E\\\"")
    lexed = 0
    for _ in range(200):
        text = "".join(choose.choices(atoms, k=choose.randint(1, 12)))
        try:
            tokens = lex(text)
        except (UnterminatedString, UnterminatedName, UnterminatedComment):
            continue
        lexed += 1
        end = 0
        for token in tokens:
            assert not text[end : token.start].strip(BLANKS), text
            assert text[token.start : token.end] == token.text, text
            end = token.end
        assert not text[end:].strip(BLANKS), text
    assert lexed > 50


@pytest.mark.parametrize("seed", range(20))
def test_written_tokens_are_read_again(seed):
    choose = random.Random(seed)
    pairs = [(kind, text) for kind, texts in TOKENS.items() for text in texts if text not in ("${", "U", "E")]
    for _ in range(100):
        chosen = choose.choices(pairs, k=choose.randint(1, 15))
        text = "".join(token + choose.choice(BLANKS) for _, token in chosen)
        assert kinds(text) == [(kind, token.rstrip("\n")) for kind, token in chosen], text


def test_a_long_text_is_read_to_its_end():
    text = "SELECT 'a''b', E'x\\'y', `c``d` /* e */ -- f\n" * 5_000
    assert len(lex(text)) == 8 * 5_000


def test_an_open_string_at_the_end_of_a_long_text_is_found():
    with pytest.raises(UnterminatedString) as refused:
        lex("'" + "a''" * 100_000)
    assert (refused.value.span.line, refused.value.span.column) == (1, 1)
