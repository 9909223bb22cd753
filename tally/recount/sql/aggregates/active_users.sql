-- Users whose last event is a START.
SELECT 'all' AS segment, count(*) FILTER (WHERE last_kind = 'START') AS users
FROM (
  SELECT arg_max(kind, (event_ms, "partition", "offset")) AS last_kind
  FROM user_sessions
  GROUP BY user_id
);
