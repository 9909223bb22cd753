"""Starts SQL files, or modules of this folder, as jobs: the script that Flink's own client takes.

On a running cluster, called in the project's folder::

    zip -r udfs.zip udfs
    flink run -py jobs/sql.py -pyfs udfs.zip -C file:///jars/tally-connectors.jar \
      -C file:///jars/flink-sql-connector-kafka-5.0.0-2.2.jar sql/aggregates/airport_rush.sql

``tally submit`` does the same by itself.
"""

from __future__ import annotations

import sys

from tally.cli.group import run

if __name__ == "__main__":
    sys.exit(run(["script", *sys.argv[1:]]))
