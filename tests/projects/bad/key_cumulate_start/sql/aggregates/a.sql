-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region, window_start) NOT ENFORCED
)
AS
SELECT region, window_start, window_end, COUNT(*) AS n
FROM CUMULATE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' HOUR, INTERVAL '1' DAY)
GROUP BY region, window_start, window_end;
