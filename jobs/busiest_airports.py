"""Which ten airports have had most movements so far? A Table API job."""

from __future__ import annotations

from pyflink.table import Table, TableEnvironment
from pyflink.table.expressions import col, lit

from tally.jobs import aggregate

PLACES = 10


@aggregate(
    key=("airport",),
    sinks=("cassandra", "kafka"),
    comment="The ten airports with most movements so far",
    options={"kafka.topic": "busiest-airports"},
)
def busiest_airports(t_env: TableEnvironment) -> Table:
    """Count take-offs and landings by airport and keep the top ten; of equals, the first by name is ahead.

    A plain Top-N: an airport that is overtaken leaves the result, and may enter it again.
    """
    movements = (
        t_env.from_path("flight_events")
        .group_by(col("airport"))
        .select(col("airport"), lit(1).count.alias("movements"))
    )
    return movements.order_by(col("movements").desc, col("airport").asc).fetch(PLACES)
