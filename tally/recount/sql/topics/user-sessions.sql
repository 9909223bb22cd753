-- The events of topic user-sessions, from the raw bytes.
CREATE TABLE user_sessions (
  user_id VARCHAR NOT NULL,
  region VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  event_ms BIGINT NOT NULL,
  "partition" INT NOT NULL,
  "offset" BIGINT NOT NULL
);

INSERT INTO user_sessions
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
