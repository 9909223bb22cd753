-- Users whose last event is a START, by the region of that event.
SELECT last_event.region AS region, count(*) FILTER (WHERE last_event.kind = 'START') AS users
FROM (
  SELECT
    arg_max({'region': region, 'kind': kind}, (event_ms, "partition", "offset")) AS last_event
  FROM user_sessions
  GROUP BY user_id
)
GROUP BY last_event.region;
