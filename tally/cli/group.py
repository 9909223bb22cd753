"""The group of all commands, and what they share: how errors are printed, which code the process returns."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from dataclasses import dataclass
from typing import NoReturn

import click

from tally.errors import ProjectError, TallyError, nearest_hint

INTERRUPTED = 130
"""What a shell expects of a program that Ctrl-C ended: 128 and the signal's number."""

# Name to the line shown by `tally --help`; told here so that help need not import every command.
COMMANDS = {
    "up": "Start Kafka and Cassandra on this machine.",
    "down": "Stop what `tally up` started.",
    "status": "Show the servers: address, health, data.",
    "feed": "Produce a data set to its topics.",
    "run": "Run jobs on this machine.",
    "submit": "Run jobs on a Flink cluster.",
    "jobs": "List the cluster's jobs.",
    "stop": "Stop a job of the cluster with a savepoint.",
    "explain": "Show what would run; starts nothing.",
    "query": "Read a served result.",
    "drop": "Remove what an aggregate serves.",
    "account": "Show what became of every record that was read.",
    "dead": "Look at dead letters, or send them again.",
    "init": "Write a small working project.",
    "demo": "Feed, run, query and verify the shipped project.",
}
# Not shown: what the Makefile and jobs/sql.py call.
HIDDEN = ("archives", "jars", "script")


@dataclass(eq=False)
class UnknownCommand(ProjectError):
    """No command has this name."""

    name: str

    @property
    def message(self) -> str:
        """Name it."""
        return f"unknown command '{self.name}'"

    @property
    def hint(self) -> str:
        """Give the nearest one."""
        return nearest_hint(self.name, COMMANDS)


class LazyGroup(click.Group):
    """Imports the module of a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the commands that are there, in the order of a first session."""
        return [name for name in COMMANDS if _is_there(name)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command of module ``tally.cli.<name>``; None where there is none."""
        if cmd_name not in (*COMMANDS, *HIDDEN) or not _is_there(cmd_name):
            return None
        command = importlib.import_module(f"tally.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return _keeping_lines(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that ``args`` name.

        Raises:
            UnknownCommand: there is none.
        """
        if args and self.get_command(ctx, args[0]) is None:
            raise UnknownCommand(args[0])
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tally", prog_name="tally")
@click.option("--debug", is_flag=True, help="Show the whole trace of an error.")
def tally(debug: bool) -> None:
    r"""Real-time aggregates as SQL files, on Apache Flink.

    \b
    A first session:
      tally up
      tally feed sessions
      tally run --bounded
      tally query active_users
    """


def _keeping_lines(command: click.Command) -> click.Command:
    """Give click the backspace that keeps lines apart: raw docstrings spell it in two characters."""
    command.help = (command.help or "").replace(r"\b", "\b")
    for below in getattr(command, "commands", {}).values():
        _keeping_lines(below)
    return command


_keeping_lines(tally)


def main() -> NoReturn:
    """Run the command line and end the process."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return the exit code; known errors print one line and a hint."""
    debug = "--debug" in arguments
    try:
        code = tally.main(arguments, prog_name="tally", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except TallyError as error:
        return _failed(str(error), error.exit_code, debug, "error: ")
    except click.ClickException as error:
        return _failed(_usage(error), error.exit_code, debug, "error: ")
    except (click.Abort, KeyboardInterrupt):
        return _failed("", INTERRUPTED, debug, "stopped")


def _failed(text: str, code: int, debug: bool, prefix: str) -> int:
    if debug:
        traceback.print_exc()
    click.echo(f"{prefix}{text}", err=True)
    return code


def _usage(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f"\nhint: {context.command_path} --help" if context else ""
    return f"{error.format_message()}{hint}"


def _is_there(name: str) -> bool:
    return importlib.util.find_spec(f"tally.cli.{name}") is not None
