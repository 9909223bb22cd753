-- The events of topic flight-events, from the raw bytes.
CREATE TABLE flight_events (
  tailnum VARCHAR NOT NULL,
  carrier VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  airport VARCHAR NOT NULL,
  origin_latitude DOUBLE NOT NULL,
  origin_longitude DOUBLE NOT NULL,
  destination_latitude DOUBLE NOT NULL,
  destination_longitude DOUBLE NOT NULL,
  delay_minutes BIGINT,
  event_ms BIGINT NOT NULL,
  "partition" INT NOT NULL,
  "offset" BIGINT NOT NULL
);

-- In a table of its own: what is no event must not come to the conversion below.
CREATE TABLE flight_events_records AS
SELECT value, "partition", "offset"
FROM records
WHERE
  topic = 'flight-events'
  AND is_event(
    value,
    [
      '$.tailnum', '$.carrier', '$.flight', '$.kind', '$.airport', '$.origin', '$.destination',
      '$.origin_latitude', '$.origin_longitude', '$.destination_latitude', '$.destination_longitude', '$.event_ms'
    ],
    "timestamp"
  );

INSERT INTO flight_events
SELECT event.*, "partition", "offset"
FROM (
  SELECT
    json_transform_strict(
      decode(value),
      '{
        "tailnum": "VARCHAR", "carrier": "VARCHAR", "kind": "VARCHAR", "airport": "VARCHAR",
        "origin_latitude": "DOUBLE", "origin_longitude": "DOUBLE",
        "destination_latitude": "DOUBLE", "destination_longitude": "DOUBLE",
        "delay_minutes": "BIGINT", "event_ms": "BIGINT"
      }'
    ) AS event,
    "partition",
    "offset"
  FROM flight_events_records
);

DROP TABLE flight_events_records;

-- Length of the event's leg in whole metres: the angle between both places by the arc tangent of cross and dot
-- product (the sphere's case of Vincenty's formula) times the mean radius of the Earth ellipsoid GRS 80.
CREATE MACRO leg_metres(lat1, lon1, lat2, lon2) AS
  CAST(
    round(
      6371008.8 * atan2(
        sqrt(
          pow(cos(radians(lat2)) * sin(radians(lon2 - lon1)), 2)
          + pow(
            cos(radians(lat1)) * sin(radians(lat2))
            - sin(radians(lat1)) * cos(radians(lat2)) * cos(radians(lon2 - lon1)),
            2
          )
        ),
        sin(radians(lat1)) * sin(radians(lat2))
        + cos(radians(lat1)) * cos(radians(lat2)) * cos(radians(lon2 - lon1))
      )
    ) AS BIGINT
  );
