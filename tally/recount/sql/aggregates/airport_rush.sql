-- Movements of each airport in the three hours before each full hour: an event counts at the next three.
SELECT
  airport,
  make_timestamp_ms((event_ms // 3600000 + ahead) * 3600000) AS window_end,
  count(*) AS movements,
  count(*) FILTER (
    WHERE leg_metres(origin_latitude, origin_longitude, destination_latitude, destination_longitude) >= 3000000
  ) AS long_haul
FROM flight_events
CROSS JOIN (VALUES (1), (2), (3)) AS hours (ahead)
ANTI JOIN (SELECT * FROM late WHERE aggregate = 'airport_rush') AS late
  ON late."partition" = flight_events."partition"
  AND late."offset" = flight_events."offset"
  AND late.window_end = (event_ms // 3600000 + ahead) * 3600000
GROUP BY airport, event_ms // 3600000 + ahead;
