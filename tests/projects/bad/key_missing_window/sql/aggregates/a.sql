-- Question?
CREATE MATERIALIZED TABLE a
AS
SELECT region, window_start, window_end, COUNT(*) AS n FROM TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' HOUR) GROUP BY region, window_start, window_end;
