-- Question?
CREATE MATERIALIZED TABLE a (PRIMARY KEY (region) NOT ENFORCED) AS
SELECT region, COUNT(*) AS n FROM events GROUP BY region;
CREATE MATERIALIZED TABLE b (PRIMARY KEY (region, window_end) NOT ENFORCED) AS
SELECT region, window_end, COUNT(*) AS n
FROM HOP(TABLE events, DESCRIPTOR(event_time), INTERVAL '3' SECOND, INTERVAL '7.5' SECOND)
GROUP BY region, window_start, window_end;
