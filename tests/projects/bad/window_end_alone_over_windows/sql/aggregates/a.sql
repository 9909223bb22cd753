-- Question?
CREATE MATERIALIZED TABLE a (PRIMARY KEY (window_end) NOT ENFORCED) AS
SELECT window_end, MAX(n) AS most
FROM (
  SELECT region, window_start, window_end, COUNT(*) AS n
  FROM TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)
  GROUP BY region, window_start, window_end
)
GROUP BY window_end;
