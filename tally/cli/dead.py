"""``tally dead``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from tally.cli.context import debug_option, project
from tally.cli.dead_replay import command as replay
from tally.cli.dead_shown import show_json, show_text
from tally.cli.dead_wanted import reason_option, selection, since_option
from tally.cli.late_shown import show_json as show_late_json
from tally.cli.late_shown import show_text as show_late_text
from tally.cli.refused_shown import show_json as show_refused_json
from tally.cli.refused_shown import show_text as show_refused_text
from tally.cli.registry import registry
from tally.cli.sources import late_topic, source_topics
from tally.planning.job import refused_topic
from tally.settings import project_name
from tally.stack import addresses

SAMPLES = 3
_OF_LETTERS = {"--reasons": "only_reasons", "--reason": "reasons", "--since": "since"}


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
@click.argument("name", metavar="SOURCE|AGGREGATE")
@click.option("--reasons", "only_reasons", is_flag=True, help="Show the reasons with their numbers alone.")
@click.option("--late", is_flag=True, help="Show late rows, by aggregate, instead of dead letters.")
@click.option("--refused", is_flag=True, help="Show the rows of an aggregate that a sink cannot hold.")
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    help=f"Examples of each reason, aggregate or sink, whole.  [default: {SAMPLES}, shortened]",
)
@reason_option
@since_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@debug_option
def command(
    name: str, late: bool, refused: bool, sample: int | None, as_json: bool, **of_letters: Any
) -> None:
    r"""Show why messages of a source died: the reasons with their numbers, and the newest of each.

    With `--late`, show its rows that came too late to be counted; with `--refused`, the rows of an AGGREGATE that a
    sink of it cannot hold. `tally dead replay SOURCE` sends dead letters again.

    \b
    Example:
      tally dead user_sessions
      tally dead user_sessions --reasons
      tally dead user_sessions --reason undecodable --sample 1
      tally dead user_sessions --late
      tally dead active_users --refused
    """
    if late and refused:
        raise click.UsageError("--late and --refused exclude each other")
    if late or refused:
        _refuse_others("--late" if late else "--refused", of_letters)
        lines = (_late if late else _refused)(name, sample, as_json)
    else:
        lines = _dead(name, sample, as_json, **of_letters)
    click.echo("\n".join(lines))


def _refuse_others(option: str, of_letters: Mapping[str, Any]) -> None:
    for other, given in _OF_LETTERS.items():
        if of_letters[given] not in (None, False, ()):
            raise click.UsageError(f"{option} and {other} exclude each other")


def _dead(name: str, sample: int | None, as_json: bool, only_reasons: bool, **written: Any) -> Iterable[str]:
    if only_reasons and sample is not None:
        raise click.UsageError("--reasons and --sample exclude each other")
    wanted = selection(name, **written)
    root, settings = project()
    topics = source_topics(root, name)
    # Loading the driver takes longer than showing the help.
    from tally.serving.dead_summary import summarize  # noqa: PLC0415

    most = 0 if only_reasons else sample or SAMPLES
    summary = summarize(addresses(root, settings).kafka, topics, wanted, most)
    return [show_json(name, summary)] if as_json else show_text(name, summary, whole=sample is not None)


def _refused(name: str, sample: int | None, as_json: bool) -> Iterable[str]:
    root, settings = project()
    from tally.serving.refused_summary import summarize_refused  # noqa: PLC0415

    summary = summarize_refused(addresses(root, settings).kafka, refused_topic(name), name, sample or SAMPLES)
    if summary.topic is None:
        # A name that is none has no refused rows either.
        registry(root, settings).read().known(project_name(root), name)
    if as_json:
        return [show_refused_json(name, summary)]
    return show_refused_text(name, summary, whole=sample is not None)


def _late(name: str, sample: int | None, as_json: bool) -> Iterable[str]:
    root, settings = project()
    topic = late_topic(root, name)
    from tally.serving.late_summary import summarize_late  # noqa: PLC0415

    summary = summarize_late(addresses(root, settings).kafka, topic, name, sample or SAMPLES)
    if as_json:
        return [show_late_json(name, summary)]
    return show_late_text(name, summary, whole=sample is not None)
