-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region) NOT ENFORCED
)
WITH ('sink' = 'kafka')
AS
SELECT region, COUNT(*) AS events FROM events GROUP BY region;
