-- The records of all topics as they are, and the rows that a job set aside as late, once for each window.
CREATE TABLE records (
  topic VARCHAR, "partition" INT, "offset" BIGINT, key BLOB, value BLOB, "timestamp" BIGINT
);

CREATE TABLE late (
  aggregate VARCHAR, topic VARCHAR, "partition" INT, "offset" BIGINT,
  window_start BIGINT, window_end BIGINT, watermark BIGINT
);

-- Whether a record is a JSON object with these fields, none of them null, of a time that is at most an hour ahead of its feeding.
CREATE MACRO is_event(value, fields, fed) AS
  CASE WHEN json_valid(decode(value))
    THEN list_count(json_extract_string(decode(value), fields)) = len(fields)
      AND CAST(json_extract_string(decode(value), '$.event_ms') AS BIGINT) <= fed + 3600000
    ELSE FALSE
  END;
