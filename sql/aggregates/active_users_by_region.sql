-- How many users are online, by region? A region whose last user left shows 0.
CREATE MATERIALIZED TABLE active_users_by_region (
  PRIMARY KEY (region) NOT ENFORCED
)
COMMENT 'Users online now, by region'
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = 'active-users-by-region')
AS
SELECT region, SUM(delta) AS users
FROM user_presence
GROUP BY region;
