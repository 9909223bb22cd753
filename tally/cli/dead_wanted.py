"""Which dead letters a command is about: the options that say it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tally.serving.dead_selection import Selection

reason_option = click.option(
    "--reason",
    "reasons",
    multiple=True,
    metavar="REASON",
    help="Only these: undecodable, missing, no-event-time, too-far-ahead; may be given again.",
)
since_option = click.option(
    "--since",
    metavar="TIME",
    help="Only originals that bear this Kafka timestamp or a later one, in ISO 8601, UTC.",
)


def selection(name: str, reasons: Sequence[str], since: str | None) -> Selection:
    """Return the dead letters of a source that the options ask for.

    Raises:
        UnknownReason, UnparsableValue: an option is wrong.
    """
    from tally.serving.dead_errors import UnknownReason  # noqa: PLC0415
    from tally.serving.dead_letters import REASONS  # noqa: PLC0415
    from tally.serving.dead_selection import Selection  # noqa: PLC0415
    from tally.serving.requests import moment_of  # noqa: PLC0415

    for reason in reasons:
        if reason not in REASONS:
            raise UnknownReason(reason, tuple(REASONS))
    return Selection(name, frozenset(reasons), moment_of("--since", since))
