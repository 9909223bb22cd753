-- Question?
CREATE MATERIALIZED TABLE b (
  PRIMARY KEY (region) NOT ENFORCED
)
AS
SELECT region, COUNT(*) AS events FROM events GROUP BY region;
-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (region) NOT ENFORCED
)
WITH ('sinks' = 'kafka', 'kafka.value.format' = 'jsn')
AS
SELECT region, COUNT(*) AS events FROM events GROUP BY region;
