"""The demo's look at its accounts: every record of every job is dead, filtered, late or counted."""

from __future__ import annotations

from collections.abc import Iterable

import click

from tally.cli.account_lines import equation, shown_name
from tally.serving.account_record import AccountRecord
from tally.serving.account_sums import Sum, name_of, sums


def accounted(records: Iterable[AccountRecord], jobs: Iterable[str], since: float) -> list[str]:
    """Print the sum of each aggregate, and return the names of those that do not come out, or are not there.

    Args:
        records: the newest account of each job.
        jobs: names of the jobs that ran.
        since: when they began, in epoch milliseconds: an older account is of another run.
    """
    found = {record.job: record for record in records if record.final and record.time >= since}
    wrong = []
    for job in jobs:
        record = found.get(job)
        if record is None:
            click.echo(f"DIFFERS: job {job} has written no account")
            wrong.append(f"the account of job {job}")
            continue
        wrong += [said for one in sums(record) for said in _said(one)]
    return wrong


def _said(one: Sum) -> list[str]:
    name = shown_name(name_of(one))
    click.echo(f"{'verified' if one.comes_out else 'DIFFERS'}: sum of {name}: {equation(one)}")
    for complaint in one.complaints:
        click.echo(f"  {shown_name(complaint.text)}")
    return [] if one.comes_out else [f"the sum of {name}"]
