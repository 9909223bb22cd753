"""What a customer is worth."""

from __future__ import annotations

from decimal import Decimal

from pyflink.table.udf import udf

# Tier, and from which total and number of purchases on a customer has it; the best one first.
TIERS = (
    ("platinum", Decimal(500), 5),
    ("gold", Decimal(200), 3),
    ("silver", Decimal(50), 1),
)


def tier_of(total: Decimal, purchases: int) -> str | None:
    """Return the best tier that both the total, in US dollars, and the number of purchases reach.

    Returns:
        ``platinum``, ``gold``, ``silver`` or ``bronze``; None where an argument is None.
    """
    if total is None or purchases is None:
        return None
    reached = (
        tier for tier, least_total, least_count in TIERS if total >= least_total and purchases >= least_count
    )
    return next(reached, "bronze")


customer_tier = udf(tier_of, result_type="STRING")
