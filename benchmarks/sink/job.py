"""The measured job, in plain PyFlink: ``python -m benchmarks.sink.job SPEC``.

SPEC is a JSON file: ``options`` of Flink, ``statements`` of SQL, the last of them an INSERT over the view ``numbers``
(column ``n``), ``rows`` for how many numbers it has, counted from 0 in the JVM's memory, and ``rate`` for how many of
them come in a second, null for as many as are taken.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pyflink.common import Configuration, WatermarkStrategy
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.datastream.connectors import Source
from pyflink.java_gateway import get_gateway
from pyflink.table import EnvironmentSettings, StreamTableEnvironment


def main(spec: Path) -> None:
    """Run the statements in a mini-cluster of this process, to the end."""
    document = json.loads(spec.read_text("utf-8"))
    configuration = Configuration()
    for key, value in document["options"].items():
        configuration.set_string(key, value)
    streams = StreamExecutionEnvironment.get_execution_environment(configuration)
    settings = (
        EnvironmentSettings.new_instance().in_streaming_mode().with_configuration(configuration).build()
    )
    tables = StreamTableEnvironment.create(streams, settings)
    stream = streams.from_source(
        _numbers(document["rows"], document["rate"]), WatermarkStrategy.no_watermarks(), "numbers"
    )
    tables.create_temporary_view("numbers", tables.from_data_stream(stream).alias("n"))
    for statement in document["statements"]:
        result = tables.execute_sql(statement)
    result.wait()


def _numbers(rows: int, rate: float | None) -> Source:
    java = get_gateway().jvm
    flink = java.org.apache.flink
    strategy = flink.api.connector.source.util.ratelimit.RateLimiterStrategy
    limit = strategy.noOp() if rate is None else strategy.perSecond(float(rate))
    number = flink.api.common.typeinfo.Types.LONG
    numbers = java.io.tally.benchmarks.RowNumbers()
    return Source(flink.connector.datagen.source.DataGeneratorSource(numbers, rows, limit, number))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
