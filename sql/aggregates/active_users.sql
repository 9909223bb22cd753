-- How many users are online, everywhere?
CREATE MATERIALIZED TABLE active_users (
  PRIMARY KEY (segment) NOT ENFORCED
)
COMMENT 'Users online now'
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = 'active-users-topic')
AS
SELECT
  segment,                                                    -- 'all': the one row
  COUNT(*) FILTER (WHERE kind = 'START') AS users
FROM (SELECT 'all' AS segment, kind FROM latest_session_event)
GROUP BY segment;
