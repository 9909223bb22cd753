-- Aircraft whose last event is a TAKEOFF, by the carrier of that event, and the lengths of their legs.
SELECT
  last_event.carrier AS carrier,
  count(*) FILTER (WHERE last_event.kind = 'TAKEOFF') AS aircraft,
  coalesce(sum(last_event.metres) FILTER (WHERE last_event.kind = 'TAKEOFF'), 0) AS metres
FROM (
  SELECT
    arg_max(
      {
        'carrier': carrier,
        'kind': kind,
        'metres': leg_metres(
          origin_latitude, origin_longitude, destination_latitude, destination_longitude
        )
      },
      (event_ms, "partition", "offset")
    ) AS last_event
  FROM flight_events
  GROUP BY tailnum
)
GROUP BY last_event.carrier;
