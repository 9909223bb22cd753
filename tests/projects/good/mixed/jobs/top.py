"""Which three regions have most events?"""

from pyflink.table.expressions import col, lit

from tally.jobs import aggregate


@aggregate(key="region", sinks=("cassandra", "kafka"), comment="The three busiest regions")
def top_regions(t_env):
    counted = (
        t_env.from_path("regions").group_by(col("region")).select(col("region"), lit(1).count.alias("events"))
    )
    return counted.order_by(col("events").desc, col("region").asc).fetch(3)
