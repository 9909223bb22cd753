-- Which aircraft took off, and which came down? One row at take-off, and one when it is down: it landed, or took off
-- once more, or 24 hours have gone by, since some landings are not in the data.
CREATE VIEW aircraft_presence AS
SELECT *
FROM SESSIONS(
  input => TABLE flight_legs PARTITION BY tailnum,
  kind => DESCRIPTOR(kind), starts => 'TAKEOFF', ends => 'LANDING',
  timeout => INTERVAL '24' HOUR,
  carry => DESCRIPTOR(carrier, leg_metres),
  on_time => DESCRIPTOR(event_time)
);
