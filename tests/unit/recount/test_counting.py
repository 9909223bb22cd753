"""The recount's SQL on a few events whose results can be seen by eye."""

import json
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from tally.recount import Late, expected, no_events, not_late, recounted
from tally.recount.counting import database
from tally.recount.errors import NoRecount, UnreadableEvent
from tally.recount.topics import Raw

HOUR = 3_600_000
FED = 100 * HOUR
JFK, LAX, BOS = (40.639751, -73.778925), (33.942536, -118.408075), (42.364347, -71.005181)


def raw(*events):
    """Records on partition 0; an event may say another place with ``at``."""
    return [
        Raw(*event.pop("at", (0, offset)), b"key", json.dumps(event).encode(), FED)
        for offset, event in enumerate(events)
    ]


def rows(topic, events, aggregate, batches=1):
    records = raw(*events)
    size = -(-len(records) // batches)
    split = [records[start : start + size] for start in range(0, len(records), size)]
    with database({topic: split}) as connection:
        result = expected(connection, aggregate)
    return result.columns, sorted(result.rows)


def at(*moment):
    return datetime(*moment, tzinfo=timezone.utc)


def moment(milliseconds):
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc)


def session(user, kind, event_ms, region="asia", **place):
    return {"user_id": user, "region": region, "kind": kind, "event_ms": event_ms, **place}


def movement(airport, kind, event_ms, delay=0, *, tailnum="N1", carrier="AA", leg=(JFK, LAX)):
    (origin_latitude, origin_longitude), (destination_latitude, destination_longitude) = leg
    return {
        "tailnum": tailnum,
        "carrier": carrier,
        "flight": 1,
        "kind": kind,
        "airport": airport,
        "origin": "JFK",
        "destination": "LAX",
        "origin_latitude": origin_latitude,
        "origin_longitude": origin_longitude,
        "destination_latitude": destination_latitude,
        "destination_longitude": destination_longitude,
        "delay_minutes": delay,
        "event_ms": event_ms,
    }


def purchase(customer, amount, event_ms=0, quantity=1):
    return {
        "purchase_id": 1,
        "customer_id": customer,
        "quantity": quantity,
        "amount": amount,
        "event_ms": event_ms,
    }


SESSIONS = [
    session("a", "START", 10),
    session("a", "START", 10),  # a duplicate
    session("b", "END", 40, region="europe"),  # before its START
    session("b", "START", 30, region="europe"),
    session("c", "END", 50),  # without START
    session("d", "START", 60),
]


def test_users_whose_session_is_open_are_online():
    assert rows("user-sessions", SESSIONS, "active_users") == (("segment", "users"), [("all", 2)])


def test_a_region_that_emptied_shows_0():
    assert rows("user-sessions", SESSIONS, "active_users_by_region") == (
        ("region", "users"),
        [("asia", 2), ("europe", 0)],
    )


def test_users_time_out_and_sessions_say_so():
    events = [
        session("a", "START", 0),
        session("b", "START", 1, region="europe"),
        session("b", "START", 1500, region="africa"),
        session("b", "END", 4600),
        session("c", "START", 6 * HOUR),
    ]
    assert rows("user-sessions", events, "sessions") == (
        ("user_id", "started_at", "ended_at", "end_reason", "region", "seconds"),
        [
            ("a", at(1970, 1, 1), at(1970, 1, 1, 6), "timeout", "asia", 6 * 3600),
            ("b", moment(1), moment(1500), "superseded", "europe", 1),
            ("b", moment(1500), moment(4600), "end", "africa", 3),
            ("c", at(1970, 1, 1, 6), None, None, "asia", None),
        ],
    )
    assert rows("user-sessions", events[:-1], "active_users")[1] == [("all", 1)]


def test_minutes_with_a_change_have_what_is_open_at_their_end_and_at_most():
    minute = 60_000
    events = [
        session("a", "START", 0),
        session("b", "START", 10),
        session("a", "END", 10),  # together with the START above: two at most
        session("c", "START", 20),
        session("b", "END", 30),
        session("c", "END", 3 * minute),
        session("d", "START", 3 * minute + 1),
    ]
    assert rows("user-sessions", events, "session_minutes") == (
        ("window_end", "users", "peak", "started", "ended"),
        [(moment(minute), 1, 2, 3, 2), (moment(4 * minute), 1, 1, 1, 1)],
    )


def test_an_event_that_was_late_makes_no_session():
    records = raw(session("a", "START", 10), session("a", "END", 20), session("b", "END", 30))
    late = [Late("active_users", "user-sessions", 0, 1, None, None, 25)]
    with database({"user-sessions": [records]}, late) as connection:
        assert expected(connection, "active_users").rows == [("all", 1)]
        assert expected(connection, "active_users_by_region").rows == [("asia", 0)]
        assert not_late(connection, "user-sessions") == []


def test_an_event_that_was_not_late_for_its_moment_is_told():
    records = raw(session("a", "START", 10), session("a", "END", 20))
    late = Late("active_users", "user-sessions", 0, 1, None, None, 19)
    with database({"user-sessions": [records]}, [late]) as connection:
        assert not_late(connection, "user-sessions") == [tuple(late)]


def test_aircraft_count_for_the_carrier_of_their_take_off_until_they_land_or_time_out():
    events = [
        movement("JFK", "TAKEOFF", 0, tailnum="N0"),
        movement("JFK", "TAKEOFF", 1, tailnum="N1"),
        movement("JFK", "TAKEOFF", 1, tailnum="N2", leg=(JFK, BOS)),
        movement("JFK", "TAKEOFF", 2, tailnum="N3", carrier="UA"),
        movement("LAX", "LANDING", 24 * HOUR, tailnum="N3", carrier="AA"),
    ]
    assert rows("flight-events", events, "aircraft_in_flight") == (
        ("carrier", "aircraft", "metres"),
        # JFK to LAX and JFK to BOS, by the spherical law of cosines.
        [("AA", 2, 3_974_205 + 300_188), ("UA", 0, 0)],
    )


def test_hours_have_counts_mean_and_worst_delay():
    events = [
        movement("JFK", "TAKEOFF", 5 * HOUR, delay=10),
        movement("JFK", "LANDING", 6 * HOUR - 1, delay=-3),
        movement("JFK", "LANDING", 6 * HOUR - 1, delay=None),
        movement("JFK", "TAKEOFF", 6 * HOUR, delay=None),
        movement("LAX", "LANDING", 5 * HOUR, delay=-7),
    ]
    assert rows("flight-events", events, "airport_hours") == (
        (
            "airport",
            "window_start",
            "departures",
            "arrivals",
            "mean_delay_minutes",
            "worst_delay_minutes",
        ),
        [
            ("JFK", at(1970, 1, 1, 5), 1, 2, Decimal("3.50"), 10),
            ("JFK", at(1970, 1, 1, 6), 1, 0, None, None),
            ("LAX", at(1970, 1, 1, 5), 0, 1, Decimal("-7.00"), -7),
        ],
    )


@pytest.mark.parametrize(
    ("delays", "mean"),
    [
        ([1, 0, 0, 0, 0, 0, 0, 0], "0.13"),  # 0.125
        ([-1, 0, 0, 0, 0, 0, 0, 0], "-0.13"),
        ([3, 0, 0, 0, 0, 0, 0, 0], "0.38"),  # 0.375
        ([-3, 0, 0, 0, 0, 0, 0, 0], "-0.38"),
        ([1, 0, 0], "0.33"),
        ([-2, 0, 0], "-0.67"),
        ([0], "0.00"),
    ],
)
def test_means_are_rounded_half_away_from_zero(delays, mean):
    events = [movement("JFK", "TAKEOFF", 0, delay=delay) for delay in delays]
    assert rows("flight-events", events, "airport_hours")[1][0][4] == Decimal(mean)


def test_an_event_counts_in_the_three_hopping_windows_around_it():
    events = [
        movement("JFK", "TAKEOFF", 5 * HOUR),
        movement("JFK", "TAKEOFF", 6 * HOUR, leg=(JFK, BOS)),
        movement("JFK", "TAKEOFF", 7 * HOUR - 1),
    ]
    assert rows("flight-events", events, "airport_rush") == (
        ("airport", "window_end", "movements", "long_haul"),
        [
            ("JFK", at(1970, 1, 1, 6), 1, 1),
            ("JFK", at(1970, 1, 1, 7), 3, 2),
            ("JFK", at(1970, 1, 1, 8), 3, 2),
            ("JFK", at(1970, 1, 1, 9), 2, 1),
        ],
    )


def test_ten_airports_are_busiest_and_of_equals_the_first_by_name():
    counts = {"K": 2} | {name: 1 for name in "JIHGFEDCBA"}
    events = [movement(name, "TAKEOFF", 0) for name, count in counts.items() for _ in range(count)]
    assert rows("flight-events", events, "busiest_airports") == (
        ("airport", "movements"),
        [(name, 1) for name in "ABCDEFGHI"] + [("K", 2)],
    )


@pytest.mark.parametrize(
    ("amounts", "tier"),
    [
        (["100.00"] * 5, "platinum"),
        (["100.00"] * 4 + ["99.99"], "gold"),
        (["125.00"] * 4, "gold"),
        (["66.67"] * 3, "gold"),
        (["66.66"] * 3, "silver"),
        (["600.00", "600.00"], "silver"),
        (["50.00"], "silver"),
        (["49.99"], "bronze"),
    ],
)
def test_customers_have_exact_totals_and_a_tier(amounts, tier):
    events = [purchase("00001", amount, event_ms=number) for number, amount in enumerate(amounts)]
    assert rows("purchases", events, "sales_by_customer") == (
        ("customer_id", "purchases", "quantity", "amount", "last_purchase", "tier"),
        [
            (
                "00001",
                len(amounts),
                len(amounts),
                sum(map(Decimal, amounts)),
                datetime.fromtimestamp((len(amounts) - 1) / 1000, timezone.utc),
                tier,
            )
        ],
    )


def test_days_count_purchases_and_customers():
    events = [
        purchase("1", "0.10"),
        purchase("1", "0.20", 24 * HOUR - 1, 2),
        purchase("2", "9.99", 24 * HOUR),
    ]
    assert rows("purchases", events, "sales_by_day") == (
        ("window_start", "purchases", "customers", "quantity", "amount"),
        [
            (at(1970, 1, 1), 2, 1, 3, Decimal("0.30")),
            (at(1970, 1, 2), 1, 1, 1, Decimal("9.99")),
        ],
    )


def test_records_may_come_in_any_number_of_batches():
    events = [dict(event) for event in SESSIONS]
    assert rows("user-sessions", events, "active_users", batches=4)[1] == [("all", 2)]


def test_an_empty_topic_has_no_rows():
    with database({"purchases": [[]]}) as connection:
        assert expected(connection, "sales_by_day").rows == []


SESSION = json.dumps(session("a", "START", HOUR)).encode()


@pytest.mark.parametrize(
    "value",
    [
        *(b"no json", b"", b"null", None, SESSION[:-1]),
        *(b'{"user_id": "a"}', SESSION.replace(b'"asia"', b"null"), SESSION.replace(b"3600000", b"null")),
        SESSION.replace(b"3600000", b"3600001"),
    ],
)
def test_a_record_that_is_no_event_is_told_and_left_out(value):
    records = [Raw(0, 7, b"key", SESSION), Raw(1, 8, b"key", value)]
    with database({"user-sessions": [records]}) as connection:
        assert no_events(connection, "user-sessions") == {(1, 8)}
        assert expected(connection, "active_users").rows == [("all", 1)]


def test_a_field_of_another_type_is_refused():
    with pytest.raises(UnreadableEvent) as error:
        database({"user-sessions": [[Raw(0, 0, b"key", SESSION.replace(b"3600000", b'"x"'))]]})
    assert str(error.value).startswith("topic 'user-sessions' holds a record that is no event: ")


@pytest.mark.parametrize(
    ("topic", "event"),
    [
        ("user-sessions", session("a", "END", 1)),
        ("flight-events", movement("JFK", "LANDING", 1)),
        ("purchases", purchase("1", "1.00")),
    ],
)
def test_an_event_has_a_value_in_every_field_but_for_an_unknown_delay(topic, event):
    for field in event:
        with database({topic: [raw(event | {field: None})]}) as connection:
            assert no_events(connection, topic) == (set() if field == "delay_minutes" else {(0, 0)})


def test_a_row_that_was_late_for_a_window_is_left_out_of_it():
    records = raw(
        movement("JFK", "TAKEOFF", HOUR - 1),
        movement("JFK", "TAKEOFF", HOUR),
        movement("BOS", "LANDING", 9 * HOUR),
    )
    late = [
        Late("airport_hours", "flight-events", 0, 1, HOUR, 2 * HOUR, 2 * HOUR),
        Late("airport_rush", "flight-events", 0, 0, -HOUR, 2 * HOUR, 3 * HOUR),
    ]
    with database({"flight-events": [records]}, late) as connection:
        hours = [row for row in expected(connection, "airport_hours").rows if row[0] == "JFK"]
        assert hours == [("JFK", at(1970, 1, 1), 1, 0, Decimal(0), 0)]
        rush = expected(connection, "airport_rush").rows
        assert sorted(row[1:3] for row in rush if row[0] == "JFK") == [
            (at(1970, 1, 1, hour), movements) for hour, movements in [(1, 1), (2, 1), (3, 2), (4, 1)]
        ]
        assert not_late(connection, "flight-events") == []


@pytest.mark.parametrize(
    "late",
    [
        Late("airport_hours", "flight-events", 0, 2, 0, HOUR, HOUR - 1),  # no such event
        Late("airport_hours", "flight-events", 0, 0, HOUR, 2 * HOUR, 2 * HOUR),  # in no such window
        Late("airport_hours", "flight-events", 0, 0, 0, HOUR, HOUR - 2),  # which was still open
        Late("airport_hours", "flight-events", 0, 0, 0, HOUR, 3 * HOUR),  # by a time that no event has
    ],
)
def test_a_row_that_was_not_late_is_told(late):
    records = raw(movement("JFK", "TAKEOFF", 5), movement("JFK", "TAKEOFF", 2 * HOUR))
    with database({"flight-events": [records]}, [late]) as connection:
        assert not_late(connection, "flight-events") == [tuple(late)]
    closed = late._replace(offset=0, window_start=0, window_end=HOUR, watermark=HOUR - 1)
    with database({"flight-events": [records]}, [closed]) as connection:
        assert not_late(connection, "flight-events") == []


def test_what_has_no_recount_is_named():
    with database({}) as connection, pytest.raises(NoRecount) as error:
        expected(connection, "late_flights")
    assert str(error.value) == (
        "there is no recount of aggregate 'late_flights'\nhint: there is one of: " + ", ".join(recounted())
    )
    with pytest.raises(NoRecount) as error:
        database({"clicks": []})
    assert str(error.value) == (
        "there is no recount of topic 'clicks'\n"
        "hint: there is one of: flight-events, purchases, user-sessions"
    )


def test_every_shipped_aggregate_has_a_recount():
    shipped = {file.stem for file in Path("sql/aggregates").glob("*.sql")}
    assert set(recounted()) == shipped | {"busiest_airports", "session_minutes"}
