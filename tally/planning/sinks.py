"""Where an aggregate is served: its sinks, derived from key, window and options, and their Flink tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from tally.errors import Span
from tally.planning.errors import WrongOption
from tally.planning.job import Bucket, CassandraSink, Clustering, Column, KafkaSink, Sink, Window
from tally.planning.options import SINKS, duration
from tally.settings_model import TRANSACTION_MINUTES

# Stands where an address will be, once the Job is handed to Flink: the planner wants one, and never connects.
UNSET = "unset:1"

ROWS_A_PARTITION = 100_000
_BUFFER_BYTES = 32 << 20
_WIDTHS = (
    *(timedelta(days=days) for days in (36500, 3650, 365, 30, 7, 1)),
    *(timedelta(minutes=minutes) for minutes in (360, 60, 10)),
)


class SinkDeriver:
    """Derives the sinks of one aggregate from what was declared and planned."""

    def __init__(self, aggregate: str, columns: Sequence[Column], key: tuple[str, ...], span: Span) -> None:
        self._aggregate, self._key, self._span = aggregate, key, span
        self._columns = {column.name: column for column in columns}

    def derive(self, options: Mapping[str, Any], window: Window | None) -> tuple[Sink, ...]:
        """Return the sinks in the order they were named.

        Raises:
            WrongOption: a partition key, clustering or bucket that does not fit the key.
        """
        return tuple(
            self._sink(name, options, window) for name in dict.fromkeys(options.get("sinks", SINKS[:1]))
        )

    def _sink(self, name: str, options: Mapping[str, Any], window: Window | None) -> Sink:
        return self._cassandra(options, window) if name == "cassandra" else self._kafka(options)

    def _kafka(self, options: Mapping[str, Any]) -> KafkaSink:
        values = [name for name in self._columns if name not in self._key]
        self._check_raw(options, "kafka.key.format", self._key)
        self._check_raw(options, "kafka.value.format", values)
        return KafkaSink(
            topic=options.get("kafka.topic", self._aggregate.replace("_", "-")),
            key_format=options.get("kafka.key.format", "json"),
            value_format=options.get("kafka.value.format", "json"),
            delivery=options.get("kafka.delivery", "at-least-once"),
            max_record_bytes=options.get("kafka.max-record-size"),
        )

    def _check_raw(self, options: Mapping[str, Any], option: str, columns: Sequence[str]) -> None:
        if options.get(option) == "raw" and len(columns) != 1:
            self._refuse(option, "raw", f"'json': 'raw' holds one column, and here are {len(columns)}")

    def _cassandra(self, options: Mapping[str, Any], window: Window | None) -> CassandraSink:
        times = tuple(name for name in self._key if self._columns[name].is_time)
        partition = options.get("cassandra.partition-key", tuple(n for n in self._key if n not in times))
        self._check_in_key("cassandra.partition-key", partition)
        rest = tuple(name for name in self._key if name not in partition)
        clustering = options.get("cassandra.clustering", tuple(self._newest_first(name) for name in rest))
        if {entry.column for entry in clustering} != set(rest):
            written = ", ".join(f"{entry.column} {entry.order}" for entry in clustering)
            expected = (
                f"all of: {', '.join(rest)}, with ASC or DESC" if rest else "no column: the key has no other"
            )
            self._refuse("cassandra.clustering", written, expected)
        bucket = self._bucket(options, tuple(t for t in times if t not in partition), bool(partition), window)
        table = options.get("cassandra.table", self._aggregate)
        return CassandraSink(table, partition, clustering, bucket, options.get("cassandra.max-row-size"))

    def _bucket(
        self, options: Mapping[str, Any], times: tuple[str, ...], keyed: bool, window: Window | None
    ) -> Bucket | None:
        if "cassandra.bucket" not in options and keyed:
            return None
        width = options.get("cassandra.bucket", bucket_width(window))
        if width is None:
            if not keyed:
                self._refuse("cassandra.bucket", "none", "a duration: a key of time alone needs a bucket")
            return None
        if not times:
            self._refuse("cassandra.bucket", duration(width), "it only where the key has a time column")
        column = "bucket" if "bucket" not in self._columns else "time_bucket"
        return Bucket(times[-1], width, column)

    def _check_in_key(self, option: str, names: Sequence[str]) -> None:
        for name in names:
            if name not in self._key:
                self._refuse(option, name, f"columns of the key: {', '.join(self._key)}")

    def _newest_first(self, name: str) -> Clustering:
        return Clustering(name, "DESC" if self._columns[name].is_time else "ASC")

    def _refuse(self, option: str, value: str, expected: str) -> None:
        raise WrongOption(self._aggregate, option, value, expected, self._span)


def bucket_width(window: Window | None) -> timedelta:
    """Return the widest round bucket of at most 100,000 rows of one series; one day without a window."""
    if window is None:
        return timedelta(days=1)
    most = window.step * ROWS_A_PARTITION
    return next((width for width in _WIDTHS if width <= most), _WIDTHS[-1])


def sink_table(aggregate: str, sink: Sink) -> str:
    """Return the name of the Flink table behind a sink: ``active_users$cassandra``."""
    return f"{aggregate}${'cassandra' if isinstance(sink, CassandraSink) else 'kafka'}"


def sink_options(sink: Sink) -> dict[str, str]:
    """Return the Flink options of a sink's table, with ``UNSET`` where connections will be."""
    if isinstance(sink, KafkaSink):
        return _kafka_options(sink)
    options = {
        "connector": "cassandra",
        "contact-points": UNSET,
        "keyspace": UNSET,
        "table": sink.table,
    }
    if sink.bucket:
        options["bucket.column"] = sink.bucket.column
        options["bucket.source"] = sink.bucket.source
        options["bucket.width"] = duration(sink.bucket.width)
    if sink.max_row_bytes:
        options["sink.max-row-size"] = f"{sink.max_row_bytes} b"
    return options


def _kafka_options(sink: KafkaSink) -> dict[str, str]:
    options = {
        "connector": "upsert-kafka",
        "topic": sink.topic,
        "properties.bootstrap.servers": UNSET,
        "key.format": sink.key_format,
        "value.format": sink.value_format,
        "sink.delivery-guarantee": sink.delivery,
    }
    if sink.delivery == "exactly-once":
        options["sink.transactional-id-prefix"] = f"tally-{sink.topic}"
        # Flink's own default is four times what a broker allows, and refused.
        options["properties.transaction.timeout.ms"] = str(TRANSACTION_MINUTES * 60_000)
    if sink.max_record_bytes:
        options["properties.max.request.size"] = str(sink.max_record_bytes)
        # The client holds records here before it sends them; Kafka's default of 32 MiB holds none that is larger.
        options["properties.buffer.memory"] = str(max(_BUFFER_BYTES, 2 * sink.max_record_bytes))
    if sink.value_format == "raw":
        options["value.fields-include"] = "EXCEPT_KEY"
    for part, name in (("key", sink.key_format), ("value", sink.value_format)):
        if name == "json":
            options[f"{part}.json.timestamp-format.standard"] = "ISO-8601"
            options[f"{part}.json.encode.decimal-as-plain-number"] = "true"
    return options


def create_sink(aggregate: str, sink: Sink, table: tuple[Sequence[Column], tuple[str, ...]]) -> str:
    """Return the CREATE TABLE, in Flink SQL, of a sink of (columns, key)."""
    columns, key = table
    lines = [f"{quoted(c.name)} {c.type}{'' if c.nullable else ' NOT NULL'}" for c in columns]
    lines.append(f"PRIMARY KEY ({', '.join(map(quoted, key))}) NOT ENFORCED")
    options = ",\n  ".join(f"{text(k)} = {text(v)}" for k, v in sink_options(sink).items())
    body = ",\n  ".join(lines)
    return f"CREATE TABLE {quoted(sink_table(aggregate, sink))} (\n  {body}\n) WITH (\n  {options}\n)"


def quoted(name: str) -> str:
    """Return a Flink identifier in backticks."""
    return "`" + name.replace("`", "``") + "`"


def text(value: str) -> str:
    """Return a Flink string literal."""
    return "'" + value.replace("'", "''") + "'"
