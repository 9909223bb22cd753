"""The generated sessions: the same in every run, with known shares of trouble, within the watermark delay."""

import hashlib
import re
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tally.datasets import DATASETS
from tally.datasets.sessions import DAYS, MAX_DISORDER, REGIONS, USERS, arrivals

SOURCE = Path("sql/sources/user_sessions.sql")


@pytest.fixture(scope="module")
def coming():
    return arrivals()


@pytest.fixture(scope="module")
def by_user(coming):
    """The distinct events of each user by event time, ties in the order of coming."""
    events = defaultdict(dict)
    for number, arrival in enumerate(coming):
        events[arrival.user_id].setdefault((arrival.event_ms, arrival.kind), number)
    return {
        user: [key for key, number in sorted(found.items(), key=lambda item: (item[0][0], item[1]))]
        for user, found in events.items()
    }


def test_records_are_the_same_in_every_run_and_on_every_python():
    records = list(DATASETS["sessions"].records())
    digest = hashlib.sha256(b"".join(record.key + record.value for record in records)).hexdigest()
    assert len(records) == DATASETS["sessions"].size == 104_829
    assert digest == "fe869fbd6a696b0494fdb0dc385c796470eaaa12114f54dfd4e5eabb6cbfcf01"


def test_a_record_is_json_keyed_by_its_user():
    record = next(DATASETS["sessions"].records(1))
    assert record == (
        b"user-00128",
        b'{"user_id":"user-00128","region":"oceania","kind":"START","event_ms":1772409605447}',
        1_772_409_605_447,
    )


def test_another_seed_gives_other_events():
    assert arrivals(seed=2, users=10) != arrivals(seed=1, users=10)


def test_a_user_lives_in_one_region(coming):
    regions = {(arrival.user_id, arrival.region) for arrival in coming}
    assert len(regions) == len({user for user, _ in regions})
    assert {region for _, region in regions} == set(REGIONS)
    assert sum(REGIONS.values()) == USERS


def test_events_come_in_the_order_of_their_arrival_and_never_later_than_allowed(coming):
    assert [it.arrives_ms for it in coming] == sorted(it.arrives_ms for it in coming)
    latest, worst = 0, 0
    for arrival in coming:
        worst = max(worst, latest - arrival.event_ms)
        latest = max(latest, arrival.event_ms)
    # Out of order for sure, but within what the source waits for.
    assert timedelta(seconds=40) < timedelta(milliseconds=worst) <= MAX_DISORDER
    (minutes,) = re.findall(r"event_time - INTERVAL '(\d+)' MINUTE", SOURCE.read_text("utf-8"))
    assert timedelta(minutes=int(minutes)) > MAX_DISORDER


def test_shares_of_trouble_are_the_known_ones(coming, by_user):
    events = len(coming)
    twice = sum(count - 1 for count in Counter((it.user_id, it.kind, it.event_ms) for it in coming).values())
    delayed = sum(it.arrives_ms > it.event_ms for it in coming)
    steps = [(before, after) for user in by_user.values() for before, after in pairwise(user)]
    no_end = sum(before[1] == after[1] == "START" for before, after in steps)
    no_start = sum(before[1] == after[1] == "END" for before, after in steps)
    one_time = sum(before[0] == after[0] for before, after in steps)
    assert 0.008 < twice / events < 0.012
    assert 0.03 < delayed / events < 0.045
    # Pairs of one time that came the wrong way round look like lost events too.
    assert 0.004 < no_end / (events / 2) < 0.008
    assert 0.004 < no_start / (events / 2) < 0.008
    assert 0.001 < one_time / (events / 2) < 0.003


def test_some_ends_come_before_their_start(coming):
    latest, swapped = {}, 0
    for arrival in coming:
        swapped += arrival.event_ms < latest.get(arrival.user_id, 0)
        latest[arrival.user_id] = max(latest.get(arrival.user_id, 0), arrival.event_ms)
    assert swapped > 50


def test_evenings_are_busier_than_mornings(coming):
    hours = Counter(it.event_ms // 3_600_000 % 24 for it in coming)
    assert hours[20] > 8 * hours[4]
    assert {it.event_ms // 86_400_000 - coming[0].event_ms // 86_400_000 for it in coming} == set(range(DAYS))


def test_a_region_empties_and_others_do_not(by_user, coming):
    region_of = {arrival.user_id: arrival.region for arrival in coming}
    online = Counter(dict.fromkeys(REGIONS, 0))
    for user, events in by_user.items():
        online[region_of[user]] += events[-1][1] == "START"
    assert online["antarctica"] == 0
    assert min(users for region, users in online.items() if region != "antarctica") > 0
