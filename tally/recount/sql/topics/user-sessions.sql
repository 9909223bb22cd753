-- The events of topic user-sessions, from the raw bytes.
CREATE TABLE user_sessions AS
SELECT event.*, "partition", "offset"
FROM (
  SELECT
    json_transform_strict(
      decode(value),
      '{"user_id": "VARCHAR", "region": "VARCHAR", "kind": "VARCHAR", "event_ms": "BIGINT"}'
    ) AS event,
    "partition",
    "offset"
  FROM records
  WHERE topic = 'user-sessions'
);
