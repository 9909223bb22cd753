from pyflink.table.expressions import col, lit

from tally.jobs import aggregate


@aggregate(key="city")
def a(t_env):
    return t_env.from_path("events").group_by(col("city")).select(col("city"), lit(1).count.alias("n"))
