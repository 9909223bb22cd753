-- Question?
CREATE MATERIALIZED TABLE a (PRIMARY KEY (region) NOT ENFORCED) AS
SELECT region, MAX(recent) AS most
FROM (
  SELECT region, MAX(event_ms) OVER (PARTITION BY region ORDER BY amount ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS recent
  FROM events
)
GROUP BY region;
