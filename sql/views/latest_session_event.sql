-- What did each user do last? One row a user; of two events at one time, the later record counts.
CREATE VIEW latest_session_event AS
SELECT user_id, region, kind, event_time
FROM (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY user_id
      ORDER BY event_time DESC, kafka_partition DESC, kafka_offset DESC
    ) AS recency
  FROM user_sessions
)
WHERE recency = 1;
