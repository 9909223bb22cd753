from pyflink.table.expressions import col, lit

from tally.jobs import aggregate


@aggregate(key=("region",))
def a(t_env):
    return t_env.from_path("events").select(col("region"), col("amount"))
