-- How long is the leg that each movement belongs to? Take-offs and landings with the great-circle distance.
CREATE VIEW flight_legs AS
SELECT
  *,
  great_circle_metres(
    origin_latitude, origin_longitude, destination_latitude, destination_longitude
  ) AS leg_metres
FROM flight_events;
