"""Purchases: every line of the file, equal ones included, by day."""

from collections import Counter
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from tally.datasets import DATASETS


@pytest.fixture(scope="module")
def events(loaded):
    return list(loaded["purchases"].events())


def test_totals_are_those_of_the_file(events):
    assert len(events) == DATASETS["purchases"].size == 69_659
    assert len({event["customer_id"] for event in events}) == 23_570
    assert sum(Decimal(event["amount"]) for event in events) == Decimal("2500315.63")


def test_equal_purchases_stay_two(events):
    equal = Counter(
        tuple(value for name, value in event.items() if name != "purchase_id") for event in events
    )
    assert sum(count - 1 for count in equal.values()) == 255
    assert [event["purchase_id"] for event in events] == list(range(1, len(events) + 1))


def test_they_come_by_day_from_the_first_to_the_last(events):
    times = [event["event_ms"] for event in events]
    assert times == sorted(times)
    first, last = (datetime.fromtimestamp(moment / 1000, timezone.utc) for moment in (times[0], times[-1]))
    assert (first.isoformat(), last.isoformat()) == ("1997-01-01T00:00:00+00:00", "1998-06-30T00:00:00+00:00")


def test_a_record_is_json_keyed_by_its_customer_with_an_exact_amount():
    assert next(DATASETS["purchases"].records(1)) == (
        b"00001",
        b'{"purchase_id":1,"customer_id":"00001","quantity":1,"amount":"11.77","event_ms":852076800000}',
        852_076_800_000,
    )
