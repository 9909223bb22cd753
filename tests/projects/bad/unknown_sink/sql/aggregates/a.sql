-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region) NOT ENFORCED
)
WITH ('sinks' = 'cassandra, kafca')
AS
SELECT region, COUNT(*) AS events FROM events GROUP BY region;
