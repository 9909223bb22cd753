-- Events with the name of their region.
CREATE VIEW regions AS
SELECT region, user_id, amount, event_time FROM events;
