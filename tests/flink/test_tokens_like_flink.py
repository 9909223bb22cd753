"""The lexer against Flink's own token manager, on random text: quotes, comments and hints end at the same places."""

import random
import subprocess
import zipfile
from pathlib import Path

import pyflink
import pytest

from tally.project import lex
from tally.project.text_errors import UnterminatedComment, UnterminatedName, UnterminatedString

ATOMS = [
    *["'", "''", "`", "``", "\\", "\\'", "E'", "e", "U&'", "N", "_UTF8", "x"],
    *["--", "//", "/*", "*/", "/**", "/*+", "*", "/", "-"],
    *[";", " ", "\n", "(", "=>", "<=", "1", ".", "1.5e3", "a", "END", "inserted_at", "é", "日"],
]
TEXTS = 30_000


@pytest.fixture(scope="module")
def planner(tmp_path_factory):
    (loader,) = (Path(pyflink.__path__[0]) / "lib").glob("flink-table-planner-loader-*.jar")
    with zipfile.ZipFile(loader) as jar:
        return jar.extract("flink-table-planner.jar", tmp_path_factory.mktemp("planner"))


def flinks_tokens(planner, texts):
    """Flink's tokens of each text, and its complaint or None."""
    lines = "".join(text.replace("\n", "\x01") + "\n" for text in texts)
    command = ["java", "-cp", planner, str(Path(__file__).with_name("FlinkTokens.java"))]
    answer = subprocess.run(command, input=lines, capture_output=True, encoding="utf-8", check=True).stdout
    for line in answer.removesuffix("\n").split("\n"):
        *tokens, complaint = line.replace("\x01", "\n").split("\x02")
        yield tokens, complaint or None


def our_tokens(text):
    """Our tokens of a text, comments left out; None where a quote or comment has no end."""
    try:
        return [token for token in lex(text) if token.kind != "comment"]
    except (UnterminatedString, UnterminatedName, UnterminatedComment):
        return None


def test_quotes_and_comments_end_where_flink_ends_them(planner):
    choose = random.Random(20_26)
    texts = ["".join(choose.choices(ATOMS, k=choose.randint(1, 14))) for _ in range(TEXTS)]
    answers = list(flinks_tokens(planner, texts))
    assert len(answers) == TEXTS
    agreed = refused = 0
    for text, (flinks, complaint) in zip(texts, answers, strict=True):
        ours = our_tokens(text)
        # Flink has a token for a quote that opens nothing, which no statement takes.
        open_quote = any(token in ("'", "'''") for token in flinks)
        if ours is None:
            assert complaint or open_quote, text
            refused += 1
        elif complaint:
            # Only a character that Flink knows nowhere, such as a backslash, may be left to Flink.
            assert "\\" in complaint or "&" in complaint or text[-1] in "\\&", (text, complaint)
        else:
            assert not open_quote, text
            # N and X before a string are a word of their own to us.
            assert quoted(ours) == [token.lstrip("NXx") for token in flinks if token[-1] in "'`;"], text
            assert "".join(token.text for token in ours) == "".join(flinks), text
            agreed += 1
    assert agreed > TEXTS / 4
    assert refused > TEXTS / 4


def quoted(tokens):
    """Texts of our tokens in quotes, and of the semicolons."""
    return [t.text for t in tokens if t.kind in ("string", "escaped", "quoted") or t.text == ";"]
