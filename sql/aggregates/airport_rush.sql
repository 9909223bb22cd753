-- How busy were the last three hours at each airport, hour by hour?
CREATE MATERIALIZED TABLE airport_rush (
  PRIMARY KEY (airport, window_end) NOT ENFORCED
)
COMMENT 'Movements of the last three hours, by airport, every hour'
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = 'airport-rush')
AS
SELECT
  airport,
  window_end,                                                 -- until when, UTC
  COUNT(*) AS movements,
  COUNT(*) FILTER (WHERE leg_metres >= 3000000) AS long_haul  -- movements of legs of 3,000 km or more
FROM HOP(TABLE flight_legs, DESCRIPTOR(event_time), INTERVAL '1' HOUR, INTERVAL '3' HOUR)
GROUP BY airport, window_start, window_end;
