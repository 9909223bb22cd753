"""What most commands begin with: the project they are called in, and its settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import click

from tally.project.root import find_root
from tally.settings import Settings, load_settings

Command = TypeVar("Command", bound=Any)


def project() -> tuple[Path, Settings]:
    """Return the project's folder and its settings.

    Raises:
        NoProject: the working folder is in no project.
        UnknownSetting, WrongSetting: [tool.tally] or a TALLY_* variable is wrong.
    """
    root = find_root(Path.cwd())
    return root, load_settings(root)


def debug_option(command: Command) -> Command:
    """Let ``--debug`` stand behind the command's name as well; ``run`` looks for it."""
    option = click.option(
        "--debug", is_flag=True, expose_value=False, help="Show the whole trace of an error."
    )
    return option(command)
