"""What `tally demo` says of the sums of its jobs, and when it fails."""

from __future__ import annotations

import pytest

from tally.cli.demo_accounts import accounted
from tests.unit.accounts import DOOR, FINAL, TAP, Changes, account

ENDED = {**FINAL, f"{DOOR} open": 0, f"{TAP} rows": 978}


@pytest.mark.parametrize(
    ("changes", "wrong", "shown"),
    [
        (
            ENDED,
            [],
            ["verified: sum of {name}: read 1,010 = dead 5 + filtered 15 + late 12 + counted 978"],
        ),
        (
            {**ENDED, f"{TAP} rows": 977},
            ["the sum of {name}"],
            [
                "DIFFERS: sum of {name}: read 1,010 != dead 5 + filtered 15 + late 12 + counted 977",
                "  1 row is missing: 978 went in, the closed windows counted 977 of 978",
            ],
        ),
        ({}, ["the account of job {job}"], ["DIFFERS: job {job} has written no account"]),
        ({**ENDED, "time": 999}, ["the account of job {job}"], ["DIFFERS: job {job} has written no account"]),
    ],
    ids=["comes-out", "row-missing", "not-ended", "of-a-former-run"],
)
def test_each_job_of_the_run_has_an_account_that_comes_out(
    changes: Changes, wrong: list[str], shown: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    record = account(changes)
    [one] = record.accounts
    names = {"job": record.job, "name": one.feeds[0]}
    assert accounted([record], [record.job], since=1_000) == [text.format(**names) for text in wrong]
    assert capsys.readouterr().out.splitlines() == [text.format(**names) for text in shown]
