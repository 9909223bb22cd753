-- How many users came online in each hour, by region?
CREATE MATERIALIZED TABLE starts_by_hour (
  PRIMARY KEY (region, window_start) NOT ENFORCED
)
COMMENT 'Users who came online, by region and hour'
AS
SELECT
  region,
  window_start,                                               -- the hour, UTC
  COUNT(*) FILTER (WHERE kind = 'START') AS starts
FROM TUMBLE(TABLE user_sessions, DESCRIPTOR(event_time), INTERVAL '1' HOUR)
GROUP BY region, window_start, window_end;
