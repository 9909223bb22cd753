-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region, n) NOT ENFORCED
)
AS
SELECT region, COUNT(*) AS n FROM events GROUP BY region;
