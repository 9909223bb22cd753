"""The command line reference, made of the commands' own help: ``python -m tally.cli.reference docs/commands.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from tally.cli.group import tally

HEAD = """# Commands

Made by `python -m tally.cli.reference docs/commands.md` from the commands themselves.

Exit codes: 0 done, 1 failed at run time, 2 wrong usage or wrong project. Errors read
`file:line:col: what is wrong`, with a `hint:` line that says what to write or run. `--debug` shows the whole trace.
"""


def page() -> str:
    """Return the page, in Markdown: one section a command, with its help as it is printed."""
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    context = click.Context(tally, info_name="tally", **tally.context_settings)
    for name in tally.list_commands(context):
        command = tally.get_command(context, name)
        assert command
        yield from _section(name, command, context)


def _section(name: str, command: click.Command, parent: click.Context) -> Iterator[str]:
    """Yield the section of a command, then those of the commands below it."""
    inner = click.Context(command, info_name=name, parent=parent, terminal_width=100, max_content_width=100)
    yield f"## {inner.command_path}\n\n```text\n{command.get_help(inner)}\n```\n"
    for below, one in getattr(command, "commands", {}).items():
        yield from _section(f"{name} {below}", one, parent)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), "utf-8")
