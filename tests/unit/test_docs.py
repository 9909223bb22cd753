"""The generated pages say what the code says; the guides name only what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tally.cli.group import COMMANDS
from tally.cli.reference import page as commands_page
from tally.planning.options import OPTIONS
from tally.planning.options_page import page as options_page

DOCS = Path("docs")
GUIDES = [Path("README.md"), *sorted(DOCS.glob("*.md"))]


def test_the_commands_page_is_made_of_the_commands() -> None:
    assert (DOCS / "commands.md").read_text("utf-8") == commands_page()
    assert re.findall(r"^## tally (\w+)$", commands_page(), re.MULTILINE) == list(COMMANDS)


def test_the_options_page_is_made_of_the_options() -> None:
    assert (DOCS / "aggregate-options.md").read_text("utf-8") == options_page()
    assert re.findall(r"^\| `([\w.-]+)` \|", options_page(), re.MULTILINE) == [
        option.name for option in OPTIONS
    ]


@pytest.mark.parametrize("guide", GUIDES, ids=str)
def test_a_guide_names_commands_and_files_that_exist(guide: Path) -> None:
    text = guide.read_text("utf-8")
    named = set(re.findall(r"`tally ([a-z]+)", text)) | set(
        re.findall(r"^ {4}tally ([a-z]+)", text, re.MULTILINE)
    )
    assert named <= set(COMMANDS)
    links = re.findall(r"\]\(([\w./-]+\.md)\)", text)
    assert [link for link in links if not (guide.parent / link).is_file()] == []
