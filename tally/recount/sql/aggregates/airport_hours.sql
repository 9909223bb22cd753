-- Movements of each airport in each hour that has one. The mean is rounded half away from zero, in integers:
-- the quotient of doubled hundredths and doubled count.
SELECT
  airport,
  make_timestamp_ms(event_ms // 3600000 * 3600000) AS window_start,
  count(*) FILTER (WHERE kind = 'TAKEOFF') AS departures,
  count(*) FILTER (WHERE kind = 'LANDING') AS arrivals,
  CAST(
    sign(sum(delay_minutes))
    * ((200 * abs(sum(delay_minutes)) + count(delay_minutes)) // (2 * count(delay_minutes)))
    AS DECIMAL(18, 2)
  ) * 0.01::DECIMAL(3, 2) AS mean_delay_minutes,
  max(delay_minutes) AS worst_delay_minutes
FROM flight_events
ANTI JOIN (SELECT * FROM late WHERE aggregate = 'airport_hours') USING ("partition", "offset")
GROUP BY airport, event_ms // 3600000;
