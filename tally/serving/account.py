"""Accounts: what a job has counted, one record for each completed checkpoint on a compacted topic.

The key is the job's name, the value JSON. A job writes them exactly once with its checkpoints, so the newest committed
record of a key is of the newest completed checkpoint, or of the end of the run.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from pydantic import ValidationError

from tally.serving.account_errors import NoAccount, NoAccounts, NotAnAccount
from tally.serving.account_record import AccountRecord
from tally.serving.tombstones import Record, read_to_end
from tally.serving.topics import end_offsets, existing_topics

_SECONDS_TO_COMMIT = 5.0


@dataclass(frozen=True)
class Accounts:
    """The newest account of each job.

    Attributes:
        records: by the names of the jobs.
        unreadable: newest records that are no account; what stood there before is not shown in their place.
        is_held: whether a transaction is open on the topic: newer ones may stand behind it, and cannot be read yet.
    """

    records: tuple[AccountRecord, ...] = ()
    unreadable: tuple[NotAnAccount, ...] = ()
    is_held: bool = False


def read_accounts(address: str | None, topic: str) -> Accounts:
    """Return the newest committed account of each job; none where there is no such topic.

    Args:
        address: host:port, several by comma; None where none is known.
        topic: of accounts.

    Raises:
        KafkaUnreachable: no broker answers.
        KafkaFailed: the topic could not be read.
    """
    if not existing_topics(address, [topic]):
        return Accounts()
    newest: dict[bytes, Record] = {}
    held: set[str] = set()
    for record in read_to_end(str(address), topic, end_offsets(address, topic), held):
        newest[record.key or b""] = record
    return replace(accounts_of(topic, newest.values()), is_held=bool(held))


def read_final(address: str | None, topic: str, jobs: Collection[str], since: float) -> Accounts:
    """Return the same, once the last account of each of some jobs that have ended is among them.

    Kafka answers a commit before what was committed can be read; that is waited for, some seconds at most.

    Args:
        address: as above.
        topic: as above.
        jobs: names of the jobs.
        since: when they began, in epoch milliseconds: an older account is of another run.

    Raises:
        KafkaUnreachable, KafkaFailed: as above.
    """
    deadline = time.monotonic() + _SECONDS_TO_COMMIT
    while True:
        accounts = read_accounts(address, topic)
        ended = {one.job for one in accounts.records if one.final and one.time >= since}
        if ended.issuperset(jobs) or time.monotonic() > deadline:
            return accounts
        time.sleep(0.1)


def accounts_of(topic: str, newest: Iterable[Record]) -> Accounts:
    """Return what the newest records of a topic say; one without a value takes the account of a job back."""
    read = [_account(topic, record) for record in newest if record.value is not None]
    records = [one for one in read if isinstance(one, AccountRecord)]
    unreadable = [one for one in read if isinstance(one, NotAnAccount)]
    return Accounts(
        tuple(sorted(records, key=lambda one: one.job)),
        tuple(sorted(unreadable, key=lambda one: (one.job, one.offset))),
    )


def chosen(accounts: Accounts, jobs: Iterable[str]) -> Accounts:
    """Return the accounts of some jobs, in their order; of all where none is named.

    Raises:
        NoAccounts: there is none at all.
        NoAccount: a job that is named has none.
    """
    names = tuple(dict.fromkeys(jobs))
    known: dict[str, AccountRecord | NotAnAccount] = {one.job: one for one in accounts.records}
    known |= {one.job: one for one in accounts.unreadable}
    if not known:
        raise NoAccounts()
    if not names:
        return accounts
    for name in names:
        if name not in known:
            raise NoAccount(name, tuple(known))
    found = [known[name] for name in names]
    return Accounts(
        tuple(one for one in found if isinstance(one, AccountRecord)),
        tuple(one for one in found if isinstance(one, NotAnAccount)),
        accounts.is_held,
    )


def _account(topic: str, record: Record) -> AccountRecord | NotAnAccount:
    key = (record.key or b"").decode(errors="backslashreplace")
    place = (topic, record.partition, record.offset)
    try:
        account = AccountRecord.model_validate_json(record.value or b"")
    except ValidationError as error:
        return NotAnAccount(key, *place, _reason(error))
    if account.job != key:
        return NotAnAccount(key, *place, f"it is of job {account.job!r}")
    return account


def _reason(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    path = ".".join(str(part) for part in first["loc"])
    text = first["msg"].removeprefix("Value error, ")
    text = text[:1].lower() + text[1:]
    return f"{path}: {text}" if path else text
