-- Open sessions; none where nobody ever came.
SELECT 'all' AS segment, count(*) FILTER (WHERE ended_ms IS NULL) AS users FROM presence HAVING count(*) > 0;
