-- Question?
CREATE MATERIALIZED TABLE a (PRIMARY KEY (place, window_end) NOT ENFORCED) AS
SELECT place, region, window_end, n
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_end ORDER BY n DESC) AS place
  FROM (
    SELECT region, window_start, window_end, COUNT(*) AS n
    FROM TUMBLE(TABLE events, DESCRIPTOR(event_time), INTERVAL '1' HOUR)
    GROUP BY region, window_start, window_end
  )
)
WHERE place <= 3;
