-- Open sessions, by the region of the START; a region with none, but once with one, has 0.
SELECT region, count(*) FILTER (WHERE ended_ms IS NULL) AS users FROM presence GROUP BY region;
