-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (regon) NOT ENFORCED
)
AS
SELECT region, COUNT(*) AS events FROM events GROUP BY region;
