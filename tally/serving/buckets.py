"""Time buckets: which partition of a series holds a moment.

A bucket is ``floor(epoch_ms / width) * width``, also before 1970: with a width of one day,
1969-12-31T23:00Z lies in the bucket 1969-12-31T00:00Z.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def bucket_of(moment: datetime, width: timedelta) -> datetime:
    """Return the start of the bucket that holds an aware moment."""
    return EPOCH + (moment - EPOCH) // width * width


def buckets_between(since: datetime, until: datetime, width: timedelta) -> Iterator[datetime]:
    """Yield the buckets that hold moments from ``since`` up to, but not at, ``until``, newest first."""
    bucket = bucket_of(until - timedelta(milliseconds=1), width)
    while bucket > since - width:
        yield bucket
        bucket -= width


def count_between(since: datetime, until: datetime, width: timedelta) -> int:
    """Return how many buckets ``buckets_between`` yields."""
    last = bucket_of(until - timedelta(milliseconds=1), width)
    return max(0, (last - bucket_of(since, width)) // width + 1)
