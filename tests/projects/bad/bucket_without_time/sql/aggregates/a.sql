-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region) NOT ENFORCED
)
WITH ('cassandra.bucket' = '1 d')
AS
SELECT region, COUNT(*) AS events FROM events GROUP BY region;
