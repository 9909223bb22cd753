-- What happened at each airport in each hour, and how late were the flights?
CREATE MATERIALIZED TABLE airport_hours (
  PRIMARY KEY (airport, window_start) NOT ENFORCED
)
COMMENT 'Take-offs, landings and delays, by airport and hour'
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = 'airport-hours')
AS
SELECT
  airport,
  window_start,                                               -- the hour, UTC
  COUNT(*) FILTER (WHERE kind = 'TAKEOFF') AS departures,
  COUNT(*) FILTER (WHERE kind = 'LANDING') AS arrivals,
  CAST(
    CAST(SUM(CAST(delay_minutes AS BIGINT)) AS DECIMAL(18, 4)) / COUNT(delay_minutes) AS DECIMAL(10, 2)
  ) AS mean_delay_minutes,                                    -- null where no delay is known
  MAX(delay_minutes) AS worst_delay_minutes
FROM TUMBLE(TABLE flight_events, DESCRIPTOR(event_time), INTERVAL '1' HOUR)
GROUP BY airport, window_start, window_end;
