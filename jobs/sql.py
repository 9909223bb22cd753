"""Starts SQL files, or modules of this folder, as jobs: the script that Flink's own client takes.

Called in the project's folder; ``FLINK_CONF_DIR`` holds the config.yaml of a running cluster, and the jars lie under
the same path on this machine and on the cluster's::

    zip -r udfs.zip udfs
    flink run -py jobs/sql.py -pyfs udfs.zip -C file:///jars/tally-connectors.jar \
      -C file:///jars/flink-sql-connector-kafka-5.0.0-2.2.jar sql/aggregates/airport_hours.sql

With ``--bounded`` behind the files, jobs read to the topics' present end and finish. Kafka and Cassandra are those of
the settings: [tool.tally] or ``TALLY_KAFKA_BOOTSTRAP_SERVERS`` and ``TALLY_CASSANDRA_CONTACT_POINTS``. Checkpoints,
and what is restored (``flink run -s``), are the client's; `tally submit` chooses them by itself, and ships jars.
Needs tally where the client runs, and only there.
"""

from __future__ import annotations

import sys

from tally.cli.group import run

if __name__ == "__main__":
    sys.exit(run(["script", *sys.argv[1:]]))
