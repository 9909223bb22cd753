"""Records of accounts for tests: one that comes out, and what others have in its place."""

from __future__ import annotations

import copy
import json
from enum import Enum
from typing import Any

from tally.serving.account_record import AccountRecord

NOON = 1_735_732_800_000  # 2025-01-01T12:00:00Z


class _Mark(Enum):
    """Named the same in each process that collects tests, as an ``object()`` is not."""

    GONE = "gone"


GONE = _Mark.GONE
"""In the place of a value: the key is not there."""
AIRPORTS: dict[str, Any] = {
    "job": "airports",
    "run": "0123456789abcdef0123456789abcdef",
    "bounded": False,
    "checkpoint": 17,
    "time": NOON,
    "sources": [{"source": "flights", "meter": "read-1"}],
    "accounts": [
        {
            "feeds": ["airport_hours"],
            "place": "GlobalWindowAggregate[6]",
            "sources": [{"source": "flights", "times": 1}],
            "filters": True,
            "entry": "entry-4-0",
            "gate": "gate-4-0",
            "door": "door-6-0",
            "tap": "tap-6",
            "closes": True,
        }
    ],
    "results": [{"aggregate": "airport_hours", "meter": "guard-7", "topic": "airport_hours.refused"}],
    "meters": {
        "read-1": {
            "subtasks": 2,
            "of": 2,
            "counts": {"read/0": 500, "read/1": 510, "dead/undecodable": 3, "dead/missing": 2},
        },
        "entry-4-0": {"subtasks": 2, "of": 2, "counts": {"rows": 990}},
        "gate-4-0": {"subtasks": 2, "of": 2, "counts": {"rows": 990, "pairs": 990, "late": 12}},
        "door-6-0": {"subtasks": 2, "of": 2, "counts": {"rows": 978, "open": 40}},
        "tap-6": {"subtasks": 2, "of": 2, "counts": {"rows": 938}},
        "guard-7": {"subtasks": 2, "of": 2, "counts": {"rows": 1200, "refused": 0}},
    },
}
ACCOUNT, READ, ENTRY, GATE, DOOR, TAP = (
    "accounts 0",
    *(f"meters {name} counts" for name in ("read-1", "entry-4-0", "gate-4-0", "door-6-0", "tap-6")),
)
Changes = dict[str, Any]
HOPPING = {f"{GATE} pairs": 2970, f"{DOOR} rows": 2958, f"{DOOR} open": 100, f"{TAP} rows": 2858}
FINAL = {"checkpoint": None, "bounded": True}


def changed(changes: Changes) -> dict[str, Any]:
    """Return the account of the airports with other values, each by its path: ``meters tap-6 counts rows``."""
    record = copy.deepcopy(AIRPORTS)
    for path, value in changes.items():
        *parents, last = (int(step) if step.isdecimal() else step for step in path.split())
        part: Any = record
        for step in parents:
            part = part[step]
        if value is GONE:
            del part[last]
        else:
            part[last] = value
    return record


def account(changes: Changes | None = None) -> AccountRecord:
    """Return it as it is read from its topic."""
    return AccountRecord.model_validate_json(json.dumps(changed(changes or {})))
