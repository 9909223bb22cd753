"""``tally account``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tally.cli.context import debug_option, project
from tally.cli.record_texts import held_back
from tally.stack import addresses

if TYPE_CHECKING:
    from tally.errors import TallyError
    from tally.serving.account import Accounts


@click.command(name="account")
@click.argument("jobs", metavar="[JOB]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a job.")
@debug_option
def command(jobs: tuple[str, ...], as_json: bool) -> None:
    r"""Show what became of every record that was read, by source and aggregate: of all jobs, or the JOBs.

    For each aggregate, read = dead + filtered + late + counted, as of the newest completed checkpoint. The exit code
    is 1 when a sum does not come out; what is wrong stands below it.

    \b
    Example:
      tally account
      tally account airport_hours
      tally account --json
    """
    root, settings = project()
    # Loading the driver takes longer than showing the help.
    from tally.cli.account_json import show_json  # noqa: PLC0415
    from tally.cli.account_shown import show_text  # noqa: PLC0415
    from tally.serving.account import chosen, read_accounts  # noqa: PLC0415

    found = read_accounts(addresses(root, settings).kafka, settings.account.topic)
    if found.is_held:
        # In JSON there is no place for it, and with no account to show it may be the reason.
        click.echo(held_back(settings.account.topic), err=True)
    accounts = chosen(found, jobs)
    if as_json:
        click.echo(show_json(accounts.records))
    elif accounts.records:
        click.echo("\n".join(show_text(accounts.records)))
    _fail_if_wrong(accounts)


def _fail_if_wrong(accounts: Accounts) -> None:
    """Raise the last of what is wrong, after the others were printed."""
    from tally.cli.account_lines import shown_name  # noqa: PLC0415
    from tally.serving.account_errors import DoesNotComeOut  # noqa: PLC0415
    from tally.serving.account_sums import name_of, sums  # noqa: PLC0415

    wrong = tuple(
        shown_name(f"{name_of(one)} of job '{record.job}'")
        for record in accounts.records
        for one in sums(record)
        if not one.comes_out
    )
    errors: list[TallyError] = [*accounts.unreadable, *([DoesNotComeOut(wrong)] if wrong else [])]
    for error in errors[:-1]:
        click.echo(f"error: {error}", err=True)
    if errors:
        raise errors[-1]
