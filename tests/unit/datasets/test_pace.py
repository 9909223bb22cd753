"""When each record is due: clock and sleep are given, so no test waits."""

import pytest

from tally.datasets import Record
from tally.datasets.feeding import FeedOptions, paced


class Clock:
    """Stands still but for sleeping and what is spent."""

    def __init__(self):
        self.now = 100.0
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def records(*seconds):
    return [Record(b"k", b"v", second * 1000) for second in seconds]


def times(options, coming, spend=0.0):
    clock, seen = Clock(), []
    for _ in paced(coming, options, clock, clock.sleep):
        seen.append(clock.now - 100)
        clock.now += spend
    return seen, clock.slept


def test_without_a_pace_nothing_waits():
    assert times(FeedOptions(), records(0, 3600, 7200)) == ([0, 0, 0], [])


def test_a_rate_spaces_records_evenly_whatever_their_times():
    seen, _ = times(FeedOptions(rate=4), records(0, 3600, 7200, 7200))
    assert seen == pytest.approx([0, 0.25, 0.5, 0.75])


def test_time_spent_elsewhere_is_made_up_for():
    seen, slept = times(FeedOptions(rate=4), records(0, 0, 0, 0), spend=0.2)
    assert seen == pytest.approx([0, 0.25, 0.5, 0.75])
    assert slept == pytest.approx([0.05] * 3)


def test_a_speedup_keeps_the_distances_of_events():
    seen, _ = times(FeedOptions(speedup=60), records(1000, 1060, 1060, 1180))
    assert seen == pytest.approx([0, 1, 1, 3])


def test_with_both_a_record_waits_for_the_later():
    seen, _ = times(FeedOptions(rate=2, speedup=60), records(1000, 1000, 1000, 1180, 1180))
    assert seen == pytest.approx([0, 0.5, 1, 3, 3])


def test_an_event_out_of_order_comes_at_once():
    seen, _ = times(FeedOptions(speedup=60), records(1000, 1120, 1060, 1180))
    assert seen == pytest.approx([0, 2, 2, 3])
