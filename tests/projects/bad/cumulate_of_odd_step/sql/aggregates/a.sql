-- Question?
CREATE MATERIALIZED TABLE a (PRIMARY KEY (region, window_end) NOT ENFORCED) AS
SELECT region, window_end, COUNT(*) AS n
FROM CUMULATE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' DAY, INTERVAL '36' HOUR)
GROUP BY region, window_start, window_end;
