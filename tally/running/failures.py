"""A Java stack trace -> an error of tally: the first cause that a user can act on, without the trace."""

from __future__ import annotations

import re
from pathlib import Path

from tally.errors import TallyError
from tally.running.errors import JobFailed, LettersLost, TooManyDeadLetters, UndecodableRecord

_UNDECODABLE = re.compile(r"UndecodableRecordException: (undecodable record: .*)")
_TOO_MANY = re.compile(r"TooManyDeadLettersException: (too many dead letters: .*)")
_LOST = re.compile(r"LostLettersException: letters lost: (.*)")
# Exceptions of the connectors are worded for users; the cause below them is not. Further lines are indented.
_WORDED = re.compile(r"io\.tally\.connectors\.[\w.]+: (.*(?:\n  .*)*)")
_CAUSE = re.compile(r"^Caused by: (?:[\w.$]+\.)?([\w$]+)(?:: (.*))?$", re.MULTILINE)


def failure_of(job: str, trace: str, logs: Path | None) -> TallyError:
    """Return the error for the stack trace that ended a job.

    Args:
        job: its name.
        trace: as Flink's REST API gives it.
        logs: where Flink's log is.
    """
    if found := _UNDECODABLE.search(trace):
        return UndecodableRecord(job, found[1].strip())
    if found := _TOO_MANY.search(trace):
        return TooManyDeadLetters(job, found[1].strip())
    if found := _LOST.search(trace):
        return LettersLost(job, found[1].strip())
    if found := _WORDED.search(trace):
        return JobFailed(job, found[1].strip(), logs)
    causes = _CAUSE.findall(trace)
    if causes:
        name, reason = causes[-1]
        return JobFailed(job, f"{name}: {reason}" if reason else name, logs)
    return JobFailed(job, (trace.strip() or "Flink gave no reason").splitlines()[0], logs)
