CREATE MATERIALIZED TABLE a (PRIMARY KEY (window_end) NOT ENFORCED) AS
SELECT window_end, COUNT(*) AS n
FROM TUMBLE(
  DATA => (SELECT user_id, event_time FROM events UNION ALL SELECT user_id, event_time FROM clicks),
  TIMECOL => DESCRIPTOR(event_time),
  SIZE => INTERVAL '1' MINUTE)
GROUP BY window_start, window_end;
