"""Tiers at their borders."""

from decimal import Decimal

import pytest

from udfs.customers import tier_of


@pytest.mark.parametrize(
    ("total", "purchases", "tier"),
    [
        ("500.00", 5, "platinum"),
        ("499.99", 5, "gold"),
        ("500.00", 4, "gold"),
        ("200.00", 3, "gold"),
        ("199.99", 3, "silver"),
        ("9999.99", 2, "silver"),
        ("50.00", 1, "silver"),
        ("49.99", 100, "bronze"),
        ("0.00", 1, "bronze"),
    ],
)
def test_a_tier_takes_both_the_total_and_the_purchases(total, purchases, tier):
    assert tier_of(Decimal(total), purchases) == tier


def test_null_gives_null():
    assert tier_of(None, 1) is None
    assert tier_of(Decimal(1), None) is None
