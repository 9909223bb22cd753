"""The options of an aggregate: a closed set, each with name, type, default and help, in this one place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tally.errors import Span
from tally.planning.errors import UnknownOption, UnknownSink, WrongOption
from tally.planning.job import MAX_SHARE, Clustering

SINKS = ("cassandra", "kafka")
ARITHMETIC = "arithmetic"
"""The option that says whose arithmetic holds."""
_LARGEST = 64 << 20
_SIZE_UNITS = {"b": 1, "kb": 1 << 10, "mb": 1 << 20}
_SIZE = re.compile(r"\s*(\d+)\s*(b|kb|mb)\s*", re.IGNORECASE)
_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"\s*(\d+)\s*(s|min|h|d)\s*")


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _bucket(text: str) -> timedelta | None:
    if text.strip().lower() == "none":
        return None
    found = _DURATION.fullmatch(text)
    if not found or int(found[1]) == 0:
        raise ValueError(text)
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def duration(width: timedelta) -> str:
    """Return a duration as options are written: ``30 d``."""
    seconds = int(width.total_seconds())
    unit = next(unit for unit in reversed(_UNITS) if seconds % _UNITS[unit] == 0)
    return f"{seconds // _UNITS[unit]} {unit}"


def _size(text: str) -> int:
    found = _SIZE.fullmatch(text)
    size = int(found[1]) * _SIZE_UNITS[found[2].lower()] if found else 0
    if not 1024 <= size <= _LARGEST:
        raise ValueError(text)
    return size


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:  # nor is NaN
        raise ValueError(text)
    return share


def _clustering(text: str) -> tuple[Clustering, ...]:
    parts = [part.rpartition(" ") for part in _names(text)]
    if any(order.upper() not in {"ASC", "DESC"} or not column for column, _, order in parts):
        raise ValueError(text)
    return tuple(Clustering(c.strip(), "ASC" if o.upper() == "ASC" else "DESC") for c, _, o in parts)


def _one_of(*legal: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in legal:
            raise ValueError(text)
        return text

    return parse


def _word(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]+", text):
        raise ValueError(text)
    return text


def _identifier(text: str) -> str:
    if not re.fullmatch(r"\w{1,48}", text):
        raise ValueError(text)
    return text


@dataclass(frozen=True)
class Option:
    """One option.

    Attributes:
        name: as written in the WITH clause.
        expected: what its value looks like.
        default: what holds when it is not written, in words.
        help: what it does.
        parse: text to value; raises ValueError.
    """

    name: str
    expected: str
    default: str
    help: str
    parse: Callable[[str], Any]


OPTIONS: tuple[Option, ...] = (
    Option(
        "sinks", "'cassandra', 'kafka' or 'cassandra, kafka'", "'cassandra'", "where it is served", _names
    ),
    Option("cassandra.table", "a CQL name", "the aggregate's name", "the serving table", _identifier),
    Option(
        "cassandra.partition-key",
        "key columns: 'region, city'",
        "the key columns that hold no time",
        "which rows lie together and are read together",
        _names,
    ),
    Option(
        "cassandra.clustering",
        "key columns with ASC or DESC: 'window_end DESC'",
        "the other key columns, times newest first",
        "the order of rows inside a partition",
        _clustering,
    ),
    Option(
        "cassandra.bucket",
        "a duration ('30 d', '12 h') or 'none'",
        "by window size for a key of time alone (at most 100,000 rows a partition), none otherwise",
        "the width of the time bucket in the partition key",
        _bucket,
    ),
    Option(
        "cassandra.max-row-size",
        "a size from '1 kb' to '64 mb'",
        "'15 mb': Cassandra takes 16 by its own defaults",
        "the largest row; a larger one is refused",
        _size,
    ),
    Option("kafka.topic", "a topic name", "the aggregate's name, dashed", "the upsert topic", _word),
    Option("kafka.key.format", "a Flink format", "'json'", "format of the record key", _word),
    Option(
        "kafka.value.format",
        "a Flink format; 'raw' holds one column, without the key",
        "'json'",
        "format of the record value",
        _word,
    ),
    Option(
        "kafka.delivery",
        "'at-least-once' or 'exactly-once'",
        "'at-least-once'",
        "at-least-once is idempotent by key; exactly-once writes in transactions",
        _one_of("at-least-once", "exactly-once"),
    ),
    Option(
        ARITHMETIC,
        "'exact' or 'flink'",
        "'exact'",
        "exact refuses sums and means that quietly go wrong; flink lets the SUM of an integer begin anew below zero, "
        "and cuts off the fraction of AVG",
        _one_of("exact", "flink"),
    ),
    Option(
        "kafka.max-record-size",
        "a size from '1 kb' to '64 mb'",
        "Kafka's own: about 1 mb",
        "the largest record, of the producer and of a topic that tally makes; a row that would be larger is refused",
        _size,
    ),
    Option(
        "refused.max-share",
        "a number from '0' to '1'",
        f"'{MAX_SHARE}'",
        "share of rows that a sink cannot hold, among the last 10,000 of a task, from the first 1,000 on, above which "
        "the job fails for good; '1' goes on whatever comes",
        _share,
    ),
)


def parse_options(aggregate: str, written: Mapping[str, str], span: Span) -> dict[str, Any]:
    """Return the values of the options that were written.

    Raises:
        UnknownOption: an option that does not exist.
        WrongOption: a value that it does not take.
        UnknownSink: a sink that tally does not have.
    """
    known = {option.name: option for option in OPTIONS}
    values: dict[str, Any] = {}
    for name, text in written.items():
        if name not in known:
            raise UnknownOption(aggregate, name, tuple(known), span)
        try:
            values[name] = known[name].parse(text)
        except ValueError as error:
            raise WrongOption(aggregate, name, text, known[name].expected, span) from error
    _check_sinks(aggregate, values.get("sinks", ("cassandra",)), span)
    return values


def _check_sinks(aggregate: str, sinks: tuple[str, ...], span: Span) -> None:
    for sink in sinks:
        if sink not in SINKS:
            raise UnknownSink(aggregate, sink, SINKS, span)
    if not sinks:
        raise WrongOption(aggregate, "sinks", "", "'cassandra', 'kafka' or 'cassandra, kafka'", span)
