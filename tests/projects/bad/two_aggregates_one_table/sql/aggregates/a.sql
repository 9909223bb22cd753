-- How many events, by region?
CREATE MATERIALIZED TABLE by_region (PRIMARY KEY (region) NOT ENFORCED)
WITH ('cassandra.table' = 'counts')
AS SELECT region, COUNT(*) AS events FROM events GROUP BY region;
