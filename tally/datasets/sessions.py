"""Users coming online and leaving, generated: 5,000 users on three days, the same events in every run.

Each user lives in one region and is online 0 to 20 times or so, most often in the evening (UTC), for 25 minutes
on average; one session in 20 lasts seconds. What makes real topics hard is there in known shares::

    START lost        0.5 % of sessions: an END without START
    END lost          0.5 % of sessions: a START without END
    delayed           3 % of events come up to 45 seconds late, some of them after the END of their own session
    sent twice        1 % of events come a second time, unchanged, up to 45 seconds late
    of one time       0.2 % of sessions begin and end in the same millisecond: the later record counts

Events are fed in the order in which they come. None comes more than ``MAX_DISORDER`` after a later event, so
that a watermark delay of a minute has no late row. Random numbers are drawn by ``Random.random`` alone, the one
method whose results Python keeps the same in all versions.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import accumulate, pairwise
from math import log
from random import Random
from typing import TypeVar

from tally.datasets.dataset import Dataset, Event

T = TypeVar("T")

SEED = 1
USERS = 5_000
DAYS = 3
BEGIN = datetime(2026, 3, 2, tzinfo=timezone.utc)
MAX_DISORDER = timedelta(seconds=45)

START_LOST = 0.005
END_LOST = 0.005
DELAYED = 0.03
DOUBLED = 0.01
SHORT = 0.05
EMPTY = 0.002
MEAN_SESSIONS = 10.4
MEAN_SECONDS = 1500.0

# How often sessions begin in each hour of the day: a trough at night, a bump at noon, a peak in the evening.
RHYTHM = (5, 3, 2, 1, 1, 2, 4, 7, 9, 9, 10, 12, 14, 12, 10, 10, 11, 13, 16, 20, 22, 20, 15, 9)
# Users in 5,000. Antarctica has so few that it empties every night.
REGIONS = {
    "africa": 550,
    "antarctica": 4,
    "asia": 1746,
    "europe": 1200,
    "north-america": 900,
    "oceania": 150,
    "south-america": 450,
}

_HOUR_ENDS = tuple(accumulate(RHYTHM))
_REGION_ENDS = tuple(accumulate(REGIONS.values()))


@dataclass(frozen=True)
class Arrival:
    """An event and the moment at which it comes, both in milliseconds since 1970, UTC."""

    arrives_ms: int
    user_id: str
    region: str
    kind: str
    event_ms: int


def arrivals(seed: int = SEED, users: int = USERS, days: int = DAYS) -> list[Arrival]:
    """Generate the events of all users, in the order in which they come.

    Args:
        seed: another one gives other events.
        users: how many; shares of regions stay the same.
        days: how many, from ``BEGIN`` on; sessions still open at the end have no END.
    """
    random = Random(seed)
    begin = int(BEGIN.timestamp()) * 1000
    end = begin + days * 86_400_000
    coming = [
        arrival for number in range(users) for arrival in _of_user(random, f"user-{number:05d}", (begin, end))
    ]
    # The sort is stable: of two that come at one moment, the one generated first is first.
    return sorted((arrival for arrival in coming if arrival.event_ms < end), key=lambda it: it.arrives_ms)


def _of_user(random: Random, user: str, span: tuple[int, int]) -> Iterator[Arrival]:
    region = _drawn(random, tuple(REGIONS), _REGION_ENDS)
    for start, end in _sessions(random, span):
        lost = random.random()
        if lost >= START_LOST:
            yield from _coming(random, (user, region, "START"), start)
        if not START_LOST <= lost < START_LOST + END_LOST:
            yield from _coming(random, (user, region, "END"), end)


def _sessions(random: Random, span: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield start and end of one user's sessions; they do not overlap, and a minute or more lies between."""
    begin, end = span
    days = (end - begin) // 86_400_000
    count = int(2 * MEAN_SESSIONS * days / DAYS * random.random() + 0.5)
    starts = sorted(begin + _moment(random, days) for _ in range(count))
    for start, following in pairwise([*starts, end + 86_400_000]):
        length = min(_length(random), following - start - 60_000)
        if length >= 0:
            yield start, start + length


def _length(random: Random) -> int:
    """Draw the milliseconds of a session."""
    kind = random.random()
    if kind < EMPTY:
        return 0
    if kind < EMPTY + SHORT:
        return int(1000 + 20_000 * random.random())
    return int(-MEAN_SECONDS * 1000 * log(1.0 - random.random())) + 1


def _moment(random: Random, days: int) -> int:
    """Draw milliseconds from the beginning of the first day, by the rhythm of the day."""
    day = int(days * random.random())
    hour = _drawn(random, tuple(range(24)), _HOUR_ENDS)
    return ((day * 24 + hour) * 3600 * 1000) + int(3_600_000 * random.random())


def _coming(random: Random, what: tuple[str, str, str], event_ms: int) -> Iterator[Arrival]:
    """Yield an event once or twice, each at the moment at which it comes."""
    delay = 0.0
    most = MAX_DISORDER.total_seconds() * 1000
    if random.random() < DELAYED:
        delay = most * random.random()
    yield Arrival(event_ms + int(delay), *what, event_ms)
    if random.random() < DOUBLED:
        delay += (most - delay) * random.random()
        yield Arrival(event_ms + int(delay), *what, event_ms)


def _drawn(random: Random, items: Sequence[T], ends: Sequence[int]) -> T:
    """Draw an item; ``ends`` are the running sums of the items' weights."""
    return items[bisect_right(ends, int(ends[-1] * random.random()))]


def _events() -> Iterator[Event]:
    for arrival in arrivals():
        yield {
            "user_id": arrival.user_id,
            "region": arrival.region,
            "kind": arrival.kind,
            "event_ms": arrival.event_ms,
        }


SESSIONS = Dataset(
    name="sessions",
    topic="user-sessions",
    key="user_id",
    fields={
        "user_id": "the user",
        "region": "where the user lives; never changes",
        "kind": "START or END",
        "event_ms": "milliseconds since 1970, UTC",
    },
    size=104_829,
    events=_events,
)
