"""Times as an old program writes them."""

from pyflink.table.udf import udf


def milliseconds(written: str) -> int:
    """Return epoch milliseconds."""
    return int(written)


moment = udf(milliseconds, result_type="BIGINT")
