-- Aircraft that took off and neither landed nor timed out, by the carrier of the take-off, and the lengths of their legs.
SELECT
  carrier,
  count(*) FILTER (WHERE ended_ms IS NULL) AS aircraft,
  coalesce(sum(metres) FILTER (WHERE ended_ms IS NULL), 0) AS metres
FROM presence
GROUP BY carrier;
