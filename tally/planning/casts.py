"""Casts that keep a key a key: different values stay different.

Flink's LogicalTypeCasts.supportsInjectiveCast is the model; time zones are UTC throughout, so a cast between
TIMESTAMP and TIMESTAMP_LTZ is one to one as well.
"""

from __future__ import annotations

import re
from typing import Any

_LONGEST = 2147483647
_INTEGERS = ("TINYINT", "SMALLINT", "INT", "BIGINT")
_TEXTS = ("CHAR", "VARCHAR")
_TIMES = ("TIMESTAMP", "TIMESTAMP_LTZ")
_PRINTED = (*_INTEGERS, "BOOLEAN", "DATE")
_TYPE = re.compile(r"(\w+)(?:\((\d+)\))?( WITH LOCAL TIME ZONE)?(?: NOT NULL)?")


def is_one_to_one(source: Any, target: Any) -> bool:
    """Tell whether a cast gives different values for different values.

    Args:
        source: a type as Flink's plan has it: ``INT NOT NULL``, or an object for a time attribute.
        target: the same.
    """
    (root, size), (to, room) = _parsed(source), _parsed(target)
    if root in _INTEGERS and to in _INTEGERS:
        return _INTEGERS.index(root) <= _INTEGERS.index(to)
    if root in _TEXTS and to in _TEXTS:
        # A longer CHAR pads with spaces, and so would make 'a' and 'a ' one.
        return to == "VARCHAR" and size <= room
    if root in _TIMES and to in _TIMES:
        return size <= room
    return root in _PRINTED and to == "VARCHAR" and room == _LONGEST


def _parsed(written: Any) -> tuple[str, int]:
    if not isinstance(written, str):
        return str(written["type"]).replace("_WITH_LOCAL_TIME_ZONE", "_LTZ"), int(written.get("precision", 0))
    found = _TYPE.fullmatch(written)
    if not found:
        return written, 0
    return found[1] + ("_LTZ" if found[3] else ""), int(found[2] or 0)
