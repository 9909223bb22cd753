"""What a guard of result rows is told: which sinks it stands ahead of, and how much each of them holds."""

from __future__ import annotations

from typing import Any

from tally.planning.job import Aggregate, CassandraSink, Guard, Job, KafkaSink, Sink
from tally.running.connections import Target
from tally.serving.topics import topic_config

_LIMIT = "max.message.bytes"
_PRODUCER_BYTES = 1 << 20  # Kafka's default of max.request.size
# Of text, in a row without anything nested, that is not worth a closer look.
_PLAIN_BYTES = 8192
# In JSON a character is up to six bytes, a number, time or null up to 64; a key column is in key and value.
_ESCAPED, _NUMBER, _TWICE = 6, 64, 2


def guards_of(job: Job, target: Target) -> tuple[Guard, ...]:
    """Return the guards that are put into a job: none where no Kafka takes what they refuse."""
    return job.guards if target.kafka else ()


def guard_text(guard: Guard, target: Target) -> dict[str, Any]:
    """Return a guard as ``io.tally.connectors.refused.GuardSpec`` reads it.

    Raises:
        KafkaUnreachable, KafkaFailed: what a topic takes could not be asked.
    """
    aggregate = guard.aggregate
    sinks = zip(guard.nodes, aggregate.sinks, strict=True)
    return {
        "aggregate": aggregate.name,
        "topic": aggregate.refused_topic,
        "meter": guard.meter,
        "columns": [{"name": one.name, "nullable": one.nullable} for one in aggregate.columns],
        "key": aggregate.key,
        "max_share": aggregate.max_refused,
        "sinks": [{"node": node, **_sink(aggregate, sink, target)} for node, sink in sinks],
    }


def _sink(aggregate: Aggregate, sink: Sink, target: Target) -> dict[str, Any]:
    if isinstance(sink, CassandraSink):
        bucket = (sink.bucket.column,) if sink.bucket else ()
        clustering = [one.column for one in sink.clustering]
        return {"partition": (*sink.partition_key, *bucket), "clustering": clustering}
    limit = int(topic_config(target.kafka, sink.topic)[_LIMIT])
    return {"record_bytes": limit, "text_bytes": text_bytes(aggregate, sink, limit)}


def text_bytes(aggregate: Aggregate, sink: KafkaSink, limit: int) -> int:
    """Return how many bytes of text a record surely holds, in a row with nothing nested.

    Args:
        aggregate: whose rows they are.
        sink: its topic.
        limit: of the topic, in bytes.

    Returns:
        -1 where any row may be refused: by another format than JSON, or by a topic of so small records.
    """
    if {sink.key_format, sink.value_format} - {"json", "raw"}:
        return -1
    names = sum(_ESCAPED * len(column.name.encode()) + _NUMBER for column in aggregate.columns)
    room = min(limit, sink.max_record_bytes or _PRODUCER_BYTES) - _TWICE * names
    return max(-1, min(_PLAIN_BYTES, room // (_TWICE * _ESCAPED)))
