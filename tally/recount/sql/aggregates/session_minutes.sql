-- Minutes in which a session started or ended: how many are open at the end, and at most, after each change and at the
-- beginning. Between two changes the number of open sessions is that of those that started and have not ended.
WITH changes AS (
  SELECT started_ms AS changed_ms, 1 AS change FROM presence
  UNION ALL
  SELECT ended_ms, -1 FROM presence WHERE ended_ms IS NOT NULL
),
moments AS (
  SELECT
    changed_ms,
    sum(change) AS net,
    count(*) FILTER (WHERE change = 1) AS started,
    count(*) FILTER (WHERE change = -1) AS ended
  FROM changes
  GROUP BY changed_ms
),
counted AS (
  SELECT *, sum(net) OVER (ORDER BY changed_ms) AS users FROM moments
)
SELECT
  make_timestamp_ms((changed_ms // 60000 + 1) * 60000) AS window_end,
  CAST(arg_max(users, changed_ms) AS BIGINT) AS users,
  CAST(greatest(max(users), arg_min(users - net, changed_ms)) AS BIGINT) AS peak,
  CAST(sum(started) AS BIGINT) AS started,
  CAST(sum(ended) AS BIGINT) AS ended
FROM counted
GROUP BY changed_ms // 60000;
