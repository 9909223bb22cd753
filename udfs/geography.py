"""Distances on the globe."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from pyflink.table.udf import udf

# Mean radius R1 of the Earth ellipsoid (GRS 80), in metres; see H. Moritz, "Geodetic Reference System 1980".
EARTH_RADIUS = 6_371_008.8


def distance_metres(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> int | None:
    """Return the great-circle distance of two places in whole metres, by the haversine formula.

    Whole metres, since the last digits of a floating-point result differ between platforms.

    Args:
        latitude: of the first place, in degrees, north positive.
        longitude: of the first place, in degrees, east positive.
        other_latitude: of the second place.
        other_longitude: of the second place.

    Returns:
        None where a coordinate is None, as SQL functions do.
    """
    if None in (latitude, longitude, other_latitude, other_longitude):
        return None
    phi, other_phi = radians(latitude), radians(other_latitude)
    half_chord_squared = (
        sin((other_phi - phi) / 2) ** 2
        + cos(phi) * cos(other_phi) * sin(radians(other_longitude - longitude) / 2) ** 2
    )
    # Rounding takes some antipodes above 1, and asin has no value there.
    return round(2 * EARTH_RADIUS * asin(sqrt(min(1.0, half_chord_squared))))


great_circle_metres = udf(distance_metres, result_type="BIGINT")
