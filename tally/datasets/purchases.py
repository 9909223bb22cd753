"""Purchases of CDs at CDNOW, 1997 and 1998, by the 23,570 customers who first bought in early 1997.

The file holds lines of customer, day, number of CDs and US dollars. 255 of its lines equal another one: they
are purchases of their own, so each event has a running number. The time of a purchase is known to the day.
Source: P. Fader and B. Hardie, "Forecasting Repeat Sales at CDNOW", Interfaces 31 (2001), from package
``lifetimes``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from tally.datasets.dataset import Dataset, Event
from tally.datasets.packages import package_file


def _events() -> Iterator[Event]:
    """Yield purchases by day, within a day in the order of the file; numbered in the order of feeding."""
    with package_file("lifetimes", "datasets/CDNOW_master.txt").open(encoding="ascii") as file:
        next(file)  # the names of the columns
        lines = sorted((line.split() for line in file), key=lambda line: line[1])
    for number, (customer, day, quantity, amount) in enumerate(lines, start=1):
        yield {
            "purchase_id": number,
            "customer_id": customer,
            "quantity": int(quantity),
            "amount": amount,
            "event_ms": _midnight(day),
        }


def _midnight(day: str) -> int:
    """Return the milliseconds of ``19970131``, 00:00 UTC."""
    moment = datetime(int(day[:4]), int(day[4:6]), int(day[6:]), tzinfo=timezone.utc)
    return int(moment.timestamp()) * 1000


PURCHASES = Dataset(
    name="purchases",
    topic="purchases",
    key="customer_id",
    fields={
        "purchase_id": "running number",
        "customer_id": "five digits",
        "quantity": "number of CDs",
        "amount": "US dollars with two decimals, as a string so that it stays exact",
        "event_ms": "the day's beginning, milliseconds since 1970, UTC",
    },
    size=69_659,
    events=_events,
)
