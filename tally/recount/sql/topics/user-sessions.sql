-- The events of topic user-sessions, from the raw bytes.
CREATE TABLE user_sessions (
  user_id VARCHAR NOT NULL,
  region VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  event_ms BIGINT NOT NULL,
  "partition" INT NOT NULL,
  "offset" BIGINT NOT NULL
);

-- In a table of its own: what is no event must not come to the conversion below.
CREATE TABLE user_sessions_records AS
SELECT value, "partition", "offset"
FROM records
WHERE
  topic = 'user-sessions'
  AND is_event(
    value,
    [
      '$.user_id', '$.region', '$.kind', '$.event_ms'
    ],
    "timestamp"
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
  FROM user_sessions_records
);

DROP TABLE user_sessions_records;
