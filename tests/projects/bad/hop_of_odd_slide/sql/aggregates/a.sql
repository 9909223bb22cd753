-- Question?
CREATE MATERIALIZED TABLE a (PRIMARY KEY (region, window_end) NOT ENFORCED) AS
SELECT region, window_end, COUNT(*) AS n
FROM HOP(TABLE events, DESCRIPTOR(event_time), INTERVAL '3' MINUTE, INTERVAL '10' MINUTE)
GROUP BY region, window_start, window_end;
