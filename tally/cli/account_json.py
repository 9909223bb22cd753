"""Accounts as JSON, whose form docs/accounting.md describes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tally.cli.record_texts import time_of

if TYPE_CHECKING:
    from tally.serving.account_record import AccountRecord
    from tally.serving.account_refused import Refused
    from tally.serving.account_sums import Sum


def show_json(records: Iterable[AccountRecord]) -> str:
    """Return a JSON list with one object a job."""
    return json.dumps([_job(record) for record in records], ensure_ascii=False, indent=2)


def _job(record: AccountRecord) -> dict[str, Any]:
    from tally.serving.account_refused import refused_rows  # noqa: PLC0415
    from tally.serving.account_sums import sums  # noqa: PLC0415

    found = sums(record)
    return {
        "job": record.job,
        "run": record.run,
        "bounded": record.bounded,
        "checkpoint": record.checkpoint,
        "final": record.final,
        "time": time_of(record.time),
        "comes_out": all(one.comes_out for one in found),
        "sources": [_source(record, one.source) for one in record.sources],
        "sums": [_sum(one) for one in found],
        "refused": [_refused(one) for one in refused_rows(record)],
    }


def _source(record: AccountRecord, name: str) -> dict[str, Any]:
    from tally.serving.account_meters import NoMeter, source_figures  # noqa: PLC0415

    try:
        figures = source_figures(record, name)
    except NoMeter:
        return {"source": name, **dict.fromkeys(_SOURCE)}
    values = (
        sum(figures.read.values()),
        {partition or "unknown": number for partition, number in figures.read.items()},
        sum(figures.dead.values()),
        dict(figures.dead),
        figures.skipped,
        figures.lost_offsets,
        {cause: dict(of) for cause, of in figures.lost.items()},
    )
    return {"source": name, **dict(zip(_SOURCE, values, strict=True))}


def _refused(one: Refused) -> dict[str, Any]:
    return {"aggregate": one.aggregate, "topic": one.topic, "rows": one.rows, "refused": one.refused}


_SOURCE = ("read", "read_by_partition", "dead", "dead_by_reason", "skipped", "lost", "lost_by_cause")


def _sum(one: Sum) -> dict[str, Any]:
    return {
        "aggregates": list(one.account.feeds),
        "place": one.account.place,
        "sources": [{"source": each.source, "times": each.times} for each in one.account.sources],
        "read": one.read,
        "dead": None if one.dead is None else sum(one.dead.values()),
        "dead_by_reason": None if one.dead is None else dict(one.dead),
        "skipped": one.skipped,
        "filtered": one.filtered,
        "entered": one.entered,
        "in_windows": one.pairs,
        "late": one.late,
        "counted": one.counted,
        "open": one.open,
        "lost": one.lost,
        "comes_out": one.comes_out,
        "complaints": [
            {"check": each.check, "expected": each.expected, "found": each.found, "text": each.text}
            for each in one.complaints
        ],
    }
