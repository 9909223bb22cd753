-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region) NOT ENFORCED
)
AS
SELECT region, COLLECT(amount) AS amounts FROM events GROUP BY region;
