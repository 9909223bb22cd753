from pyflink.table.expressions import col, lit

from tally.jobs import aggregate


@aggregate(key=("region",))
def a(t_env):
    return {}['region']
