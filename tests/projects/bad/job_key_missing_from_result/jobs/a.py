from pyflink.table.expressions import col, lit

from tally.jobs import aggregate


@aggregate(key=("regon",))
def a(t_env):
    return t_env.from_path("events").group_by(col("region")).select(col("region"), lit(1).count.alias("n"))
