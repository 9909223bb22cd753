-- Question?
CREATE MATERIALIZED TABLE b
AS
SELECT region, COUNT(*) AS events FROM events GROUP BY region;
