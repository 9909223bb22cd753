from datetime import datetime, timedelta, timezone

import pytest

from tally.serving.buckets import bucket_of, buckets_between, count_between

DAY = timedelta(days=1)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("moment", "bucket"),
    [
        ("2013-07-01T00:00", "2013-07-01"),
        ("2013-07-01T23:59:59.999", "2013-07-01"),
        ("1970-01-01T00:00", "1970-01-01"),
        ("1969-12-31T23:59:59.999", "1969-12-31"),
        ("1969-12-31T00:00", "1969-12-31"),
        ("1969-12-30T23:59:59.999", "1969-12-30"),
    ],
)
def test_a_bucket_begins_at_or_before_its_moments(moment, bucket):
    assert bucket_of(at(moment), DAY) == at(bucket)


def test_a_width_that_is_no_day_counts_from_1970():
    assert bucket_of(at("2013-07-01"), timedelta(days=365)) == at("2012-12-21")


@pytest.mark.parametrize(
    ("since", "until", "buckets"),
    [
        ("1970-01-01", "1970-01-02", ["1970-01-01"]),
        ("1969-12-31T23:00", "1970-01-02T00:00:00.001", ["1970-01-02", "1970-01-01", "1969-12-31"]),
        ("1970-01-01T05:00", "1970-01-01T05:00:00.001", ["1970-01-01"]),
        ("1969-12-31T00:00", "1970-01-01T00:00", ["1969-12-31"]),
    ],
)
def test_buckets_between_two_moments_come_newest_first(since, until, buckets):
    span = (at(since), at(until), DAY)

    assert list(buckets_between(*span)) == [at(bucket) for bucket in buckets]
    assert count_between(*span) == len(buckets)
