-- Question?
CREATE MATERIALIZED TABLE a (PRIMARY KEY (region, window_end) NOT ENFORCED) AS
SELECT region, window_end, middle(event_ms) AS m
FROM TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)
GROUP BY region, window_start, window_end;
