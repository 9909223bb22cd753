-- Who came online, and who left? One row when a session starts, and one when it is over: with its END, when the user
-- comes online once more without one, or after six hours without an event. The longest real session lasts under five.
CREATE VIEW user_presence AS
SELECT *
FROM SESSIONS(
  input => TABLE user_sessions PARTITION BY user_id,
  kind => DESCRIPTOR(kind), starts => 'START', ends => 'END',
  timeout => INTERVAL '6' HOUR,
  carry => DESCRIPTOR(region),
  on_time => DESCRIPTOR(event_time)
);
