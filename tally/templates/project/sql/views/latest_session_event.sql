-- What did each user do last?
CREATE VIEW latest_session_event AS
SELECT user_id, region, kind, event_time
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY event_time DESC) AS recency
  FROM user_sessions
)
WHERE recency = 1;
