"""``tally dead``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from tally.cli.context import debug_option, project
from tally.cli.dead_replay import command as replay
from tally.cli.dead_shown import show_json, show_text
from tally.cli.dead_wanted import reason_option, selection, since_option
from tally.cli.sources import source_topics
from tally.stack import addresses

SAMPLES = 3


class _WithCommands(click.Command):
    """A command that stands for itself, unless its first argument names a command below it."""

    commands: Mapping[str, click.Command] = {"replay": replay}

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Return the context of this command, or of the one below it that is named."""
        if args and args[0] in self.commands:
            name = f"{info_name} {args[0]}"
            return self.commands[args[0]].make_context(name, args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(name="dead", cls=_WithCommands)
@click.argument("name", metavar="SOURCE")
@click.option("--reasons", "only_reasons", is_flag=True, help="Show the reasons with their numbers alone.")
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    help=f"Examples of each reason, whole.  [default: {SAMPLES}, shortened]",
)
@reason_option
@since_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@debug_option
def command(name: str, only_reasons: bool, sample: int | None, as_json: bool, **written: Any) -> None:
    r"""Show why messages of a source died: the reasons with their numbers, and the newest of each.

    `tally dead replay SOURCE` sends them again.

    \b
    Example:
      tally dead user_sessions
      tally dead user_sessions --reasons
      tally dead user_sessions --reason undecodable --sample 1
    """
    if only_reasons and sample is not None:
        raise click.UsageError("--reasons and --sample exclude each other")
    wanted = selection(name, **written)
    root, settings = project()
    topics = source_topics(root, name)
    # Loading the driver takes longer than showing the help.
    from tally.serving.dead_summary import summarize  # noqa: PLC0415

    most = 0 if only_reasons else sample or SAMPLES
    summary = summarize(addresses(root, settings).kafka, topics, wanted, most)
    lines = [show_json(name, summary)] if as_json else show_text(name, summary, whole=sample is not None)
    click.echo("\n".join(lines))
