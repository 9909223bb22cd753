-- Question?
CREATE MATERIALIZED TABLE a (
  PRIMARY KEY (user_id) NOT ENFORCED
)
AS
SELECT l.user_id, r.region, r.n
FROM (SELECT user_id, COUNT(*) AS m FROM events GROUP BY user_id) AS l
JOIN (SELECT user_id, region, COUNT(*) AS n FROM events GROUP BY user_id, region) AS r ON l.user_id = r.user_id;
