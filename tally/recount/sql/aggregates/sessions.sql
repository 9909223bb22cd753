-- Every session, and how many whole seconds it lasted if it is over.
SELECT
  user_id,
  make_timestamp_ms(started_ms) AS started_at,
  make_timestamp_ms(ended_ms) AS ended_at,
  end_reason,
  region,
  (ended_ms - started_ms) // 1000 AS seconds
FROM presence;
