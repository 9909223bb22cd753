"""Great-circle distances against distances published elsewhere."""

import pytest

from udfs.geography import EARTH_RADIUS, distance_metres

JFK, LAX, LHR = (40.639751, -73.778925), (33.942536, -118.408075), (51.4775, -0.461389)


def test_a_quarter_of_a_meridian_is_a_quarter_of_the_circumference():
    assert distance_metres(0, 0, 90, 0) == round(EARTH_RADIUS * 3.141592653589793 / 2) == 10_007_557


def test_antipodes_are_half_the_circumference_apart():
    assert distance_metres(0, 0, 0, 180) == 20_015_114
    # The rounded sum of squares is above 1 here.
    assert distance_metres(8.0, 10.0, -8.0, -170.0) == 20_015_114


@pytest.mark.parametrize(
    ("origin", "destination", "miles"),
    [(JFK, LAX, 2475), (JFK, LHR, 3451)],  # as airlines and the file of flights give them, of 1,609.344 m
)
def test_distances_of_airports(origin, destination, miles):
    metres = distance_metres(*origin, *destination)
    assert metres / 1609.344 == pytest.approx(miles, rel=0.003)
    assert metres == distance_metres(*destination, *origin)


def test_a_place_is_no_distance_from_itself():
    assert distance_metres(*JFK, *JFK) == 0


def test_the_date_line_is_no_detour():
    assert distance_metres(0, 179.5, 0, -179.5) == distance_metres(0, 0, 0, 1) == 111_195


@pytest.mark.parametrize("at", range(4))
def test_null_gives_null(at):
    arguments = [*JFK, *LAX]
    arguments[at] = None
    assert distance_metres(*arguments) is None
