-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region) NOT ENFORCED
)
AS
SELECT
  region,
  SUM(amnt) AS amount
FROM events
GROUP BY region;
