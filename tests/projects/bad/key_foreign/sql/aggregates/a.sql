-- Question?
CREATE MATERIALIZED TABLE a (PRIMARY KEY (user_id) NOT ENFORCED) AS
SELECT u.user_id, r.region, r.n
FROM (SELECT user_id, MIN(region) AS home FROM events GROUP BY user_id) AS u
JOIN (SELECT region, COUNT(*) AS n FROM events GROUP BY region) AS r ON u.home = r.region;
