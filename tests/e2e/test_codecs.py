"""Each codec of Kafka's, read and written, in a mini-cluster; test_plain_flink.py has them on a cluster."""

from __future__ import annotations

import struct

from confluent_kafka import Producer

from tally.stack.state import home_of
from tests.e2e.workbench import Workbench

# In the order of their numbers in a batch.
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
NOTES = """
CREATE TABLE notes (codec STRING NOT NULL, note STRING NOT NULL)
WITH ('connector' = 'kafka', 'topic' = '${T}-notes', 'format' = 'json');
"""
COUNTS = """
CREATE MATERIALIZED TABLE counts (PRIMARY KEY (codec) NOT ENFORCED) WITH ('sinks' = 'cassandra')
AS SELECT codec, COUNT(*) AS n, MAX(note) AS note FROM notes GROUP BY codec;
"""
COPY = """
CREATE TABLE copy_%(codec)s (codec STRING NOT NULL, note STRING NOT NULL) WITH ('connector' = 'kafka',
  'topic' = '${T}-%(codec)s', 'format' = 'json', 'properties.compression.type' = '%(codec)s');
CREATE TABLE total_%(codec)s (codec STRING NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (codec) NOT ENFORCED) WITH (
  'connector' = 'upsert-kafka', 'topic' = '${T}-total-%(codec)s', 'key.format' = 'json', 'value.format' = 'json',
  'properties.compression.type' = '%(codec)s');
"""
INSERTS = """
INSERT INTO copy_%(codec)s SELECT codec, note FROM notes;
INSERT INTO total_%(codec)s SELECT codec, COUNT(*) FROM notes GROUP BY codec;
"""
NOTE = "a note long enough to be smaller when it is compressed " * 4


def produce(bench: Workbench, topic: str, times: int) -> None:
    """Produce as many records by each codec, in one batch each."""
    for codec in CODECS:
        producer = Producer({"bootstrap.servers": bench.kafka, "compression.type": codec, "linger.ms": 100})
        for _ in range(times):
            producer.produce(topic, f'{{"codec": "{codec}", "note": "{NOTE}"}}')
        assert producer.flush(30) == 0


def codecs(bench: Workbench, topic: str) -> list[str]:
    """Return the codecs of the batches in a topic's only segment, in order of their numbers."""
    folder = home_of(bench.stack.root, "kafka").data / f"{topic}-0"
    batches = (folder / f"{0:020}.log").read_bytes()
    found, at = set(), 0
    while at < len(batches):
        (length,) = struct.unpack_from(">i", batches, at + 8)
        (attributes,) = struct.unpack_from(">h", batches, at + 21)
        found.add(attributes & 7)
        at += 12 + length
    return [CODECS[number] for number in sorted(found)]


def test_every_codec_is_read_and_written(bench: Workbench) -> None:
    for codec in CODECS:
        bench.topic(codec)
        bench.topic(f"total-{codec}")
    topic = bench.topic("notes")
    produce(bench, topic, 20)
    assert codecs(bench, topic) == list(CODECS)
    sinks = "".join(COPY % {"codec": codec} for codec in CODECS)
    inserts = "".join(INSERTS % {"codec": codec} for codec in CODECS)
    bench.write(
        {
            "sql/sources/notes.sql": NOTES,
            "sql/aggregates/counts.sql": COUNTS,
            "sql/aggregates/copies.sql": f"{sinks}EXECUTE STATEMENT SET BEGIN{inserts}END;",
        }
    )

    bench.run(bounded=True)

    assert bench.rows("counts") == [(codec, 20, NOTE) for codec in sorted(CODECS)]
    for codec in CODECS:
        copied, total = f"{bench.prefix}-{codec}", f"{bench.prefix}-total-{codec}"
        assert (codecs(bench, copied), codecs(bench, total)) == ([codec], [codec])
        assert len(bench.changes(copied)) == 20 * len(CODECS)
        assert bench.last_values(total) == {(one,): {"codec": one, "n": 20} for one in CODECS}
