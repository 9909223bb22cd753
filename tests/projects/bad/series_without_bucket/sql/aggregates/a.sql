-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (window_end) NOT ENFORCED
)
WITH ('cassandra.bucket' = 'none')
AS
SELECT window_end, COUNT(*) AS n FROM TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' HOUR) GROUP BY window_start, window_end;
