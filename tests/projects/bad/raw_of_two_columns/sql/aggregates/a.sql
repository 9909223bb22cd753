-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region) NOT ENFORCED
)
WITH ('sinks' = 'kafka', 'kafka.value.format' = 'raw')
AS
SELECT region, COUNT(*) AS n, SUM(amount) AS m FROM events GROUP BY region;
