-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region) NOT ENFORCED
)
WITH ('sinks' = 'kafka', 'kafka.delivery' = 'at-most-once')
AS
SELECT region, COUNT(*) AS events FROM events GROUP BY region;
