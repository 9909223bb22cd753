-- When did each user come online, for how long, and why was it over? One row a session; an open one has no end.
CREATE MATERIALIZED TABLE sessions (
  PRIMARY KEY (user_id, started_at) NOT ENFORCED
)
COMMENT 'Sessions of users'
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = 'sessions')
AS
SELECT
  user_id,
  started_at,
  ended_at,                                                   -- null: the session is open
  end_reason,                                                 -- end, timeout or superseded; null: it is open
  region,
  TIMESTAMPDIFF(SECOND, started_at, ended_at) AS seconds      -- whole ones
FROM user_presence;

-- How many users were online, minute by minute? One row a minute in which somebody came or left.
CREATE MATERIALIZED TABLE session_minutes (
  PRIMARY KEY (window_end) NOT ENFORCED
)
COMMENT 'Users online, by minute'
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = 'session-minutes')
AS
SELECT
  window_end,
  LAST_VALUE(users) AS users,                                 -- at the end of the minute
  GREATEST(MAX(users), LAST_VALUE(users) - SUM(delta)) AS peak,  -- what was at its beginning counts as well
  COUNT(*) FILTER (WHERE delta = 1) AS started,
  COUNT(*) FILTER (WHERE delta = -1) AS ended
FROM TUMBLE(DATA => TABLE users_over_time, TIMECOL => DESCRIPTOR(rowtime), SIZE => INTERVAL '1' MINUTE)
GROUP BY window_start, window_end;
