-- Question?
CREATE MATERIALIZED TABLE a (PRIMARY KEY (region, window_start) NOT ENFORCED) AS
SELECT region, window_start, COUNT(*) AS n
FROM TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)
GROUP BY region, window_start;
