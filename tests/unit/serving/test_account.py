"""Accounts as they stand on their topic: the newest of each job, and what is none."""

from __future__ import annotations

import json

import pytest

from tally.serving.account import Accounts, accounts_of, chosen
from tally.serving.account_errors import NoAccount, NoAccounts
from tally.serving.tombstones import Record
from tests.unit.accounts import AIRPORTS, GONE, READ, Changes, changed


def record(value: bytes | None, key: bytes = b"airports", offset: int = 7) -> Record:
    return Record(0, offset, key, value)


def written(changes: Changes, job: str = "airports", offset: int = 7) -> Record:
    return record(json.dumps(changed({**changes, "job": job})).encode(), job.encode(), offset)


def test_accounts_are_read_as_they_were_written_and_by_name() -> None:
    accounts = accounts_of("t", [written({}, "b"), written({"checkpoint": None}, "a"), record(None)])
    assert [(one.job, one.final) for one in accounts.records] == [("a", True), ("b", False)]
    assert accounts.unreadable == ()
    assert accounts.records[1].model_dump(mode="json") == {**AIRPORTS, "job": "b"}


def test_what_a_later_version_adds_is_passed_over() -> None:
    [one] = accounts_of("t", [written({"more": 1, "accounts 0 more": {}, "meters tap-6 more": []})]).records
    assert one.model_dump(mode="json") == AIRPORTS


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (record(b""), "invalid JSON: EOF while parsing a value at line 1 column 0"),
        (record(b"[]"), "input should be an object"),
        (record(b"\xff"), "invalid JSON: expected value at line 1 column 1"),
        (written({"checkpoint": "17"}), "checkpoint: input should be a valid integer"),
        (written({"checkpoint": True}), "checkpoint: input should be a valid integer"),
        (written({"time": 1.5}), "time: input should be a valid integer"),
        (written({"bounded": 0}), "bounded: input should be a valid boolean"),
        (written({"checkpoint": GONE}), "checkpoint: field required"),
        (written({"accounts 0 door": GONE}), "accounts.0.door: field required"),
        (
            written({"accounts 0 sources 0 times": 0}),
            "accounts.0.sources.0.times: input should be greater than",
        ),
        (
            written({f"{READ} read/0": -1}),
            "meters.read-1.counts.read/0: input should be greater than or equal",
        ),
        (
            written({"sources": [{"source": "flights", "meter": name} for name in "ab"]}),
            "a source is listed twice",
        ),
        (Record(0, 7, b"airports", json.dumps({**AIRPORTS, "job": "b"}).encode()), "it is of job 'b'"),
    ],
)
def test_what_is_no_account_is_named_and_hides_no_other(wrong: Record, reason: str) -> None:
    accounts = accounts_of("t", [wrong, written({}, "b")])
    assert [one.job for one in accounts.records] == ["b"]
    [error] = accounts.unreadable
    text = f"the newest account of job 'airports' cannot be read: topic 't' partition 0 offset 7: {reason}"
    assert str(error).startswith(text)
    assert str(error).endswith(
        "\nhint: another version of tally wrote it, or another program: the next checkpoint of the job replaces "
        "it; else choose another topic with the setting account.topic"
    )


def test_jobs_are_chosen_in_the_order_asked_for() -> None:
    accounts = accounts_of("t", [written({}, "a"), written({"time": "x"}, "b"), written({}, "c")])
    assert chosen(accounts, ()) == accounts
    found = chosen(accounts, ("c", "a", "c"))
    assert ([one.job for one in found.records], found.unreadable) == (["c", "a"], ())
    assert [one.job for one in chosen(accounts, ["b"]).unreadable] == ["b"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("airprots", "job 'airprots' has no account\nhint: did you mean 'airports'?"),
        ("xyz", "job 'xyz' has no account\nhint: `tally run` the job first; these have one: airports, b"),
    ],
)
def test_a_job_without_account_is_named(name: str, text: str) -> None:
    with pytest.raises(NoAccount) as error:
        chosen(accounts_of("t", [written({}), written({}, "b")]), ["b", name])
    assert (str(error.value), error.value.exit_code) == (text, 1)


def test_no_account_at_all() -> None:
    with pytest.raises(NoAccounts) as error:
        chosen(Accounts(), ["airports"])
    assert str(error.value) == (
        "no job has an account yet\nhint: `tally run` first: a job writes its account with each checkpoint"
    )
