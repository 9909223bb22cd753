-- How many users are online, everywhere?
CREATE MATERIALIZED TABLE active_users (
  PRIMARY KEY (segment) NOT ENFORCED
)
COMMENT 'Users online now'
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = 'active-users-topic')
AS
SELECT
  segment,                                                    -- 'all': the one row
  SUM(delta) AS users
FROM (SELECT 'all' AS segment, delta FROM user_presence)
GROUP BY segment;
