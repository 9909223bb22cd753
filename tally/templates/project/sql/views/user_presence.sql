-- Who came online, and who left? One row when a session starts, and one when it is over.
CREATE VIEW user_presence AS
SELECT *
FROM SESSIONS(
  input => TABLE user_sessions PARTITION BY user_id,
  kind => DESCRIPTOR(kind), starts => 'START', ends => 'END',
  timeout => INTERVAL '6' HOUR,                               -- over after that long without an event
  carry => DESCRIPTOR(region),
  on_time => DESCRIPTOR(event_time)
);
