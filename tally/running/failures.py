"""A Java stack trace -> an error of tally: the first cause that a user can act on, without the trace."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tally.errors import TallyError
from tally.running.errors import (
    ExpressionFailed,
    JobFailed,
    LettersLost,
    RecordsLost,
    TooManyDeadLetters,
    TooManyRefusedRows,
    UndecodableRecord,
)

_KNOWN: tuple[tuple[re.Pattern[str], Callable[[str, str], TallyError]], ...] = (
    (re.compile(r"UndecodableRecordException: (undecodable record: .*)"), UndecodableRecord),
    (re.compile(r"TooManyDeadLettersException: (too many dead letters: .*)"), TooManyDeadLetters),
    (re.compile(r"TooManyRefusedRowsException: (too many refused rows: .*)"), TooManyRefusedRows),
    (re.compile(r"LostRecordsException: records lost: (.*)"), RecordsLost),
    (re.compile(r"LostLettersException: letters lost: (.*)"), LettersLost),
    (re.compile(r"io\.tally\.connectors\.failed\.\w+: (.*(?:\n  .*)*)"), ExpressionFailed),
)
# Exceptions of the connectors are worded for users; the cause below them is not. Further lines are indented.
_WORDED = re.compile(r"io\.tally\.connectors\.[\w.]+: (.*(?:\n  .*)*)")
# Of Flink's Kafka sink, which names topic, partition and offset ahead of its producer; the cause below it names none.
_SENT = re.compile(r"Failed to send data to Kafka (\S+)-\d+@-?\d+ with ")
_CAUSE = re.compile(r"^Caused by: (?:[\w.$]+\.)?([\w$]+)(?:: (.*))?$", re.MULTILINE)


def failure_of(job: str, trace: str, logs: Path | None) -> TallyError:
    """Return the error for the stack trace that ended a job.

    Args:
        job: its name.
        trace: as Flink's REST API gives it.
        logs: where Flink's log is.
    """
    for pattern, error in _KNOWN:
        if found := pattern.search(trace):
            return error(job, found[1].strip())
    if found := _WORDED.search(trace):
        return JobFailed(job, found[1].strip(), logs)
    causes = _CAUSE.findall(trace)
    if causes:
        name, reason = causes[-1]
        said = f"{name}: {reason}" if reason else name
        sent = _SENT.search(trace)
        return JobFailed(job, f"write to topic '{sent[1]}' failed: {said}" if sent else said, logs)
    return JobFailed(job, (trace.strip() or "Flink gave no reason").splitlines()[0], logs)
