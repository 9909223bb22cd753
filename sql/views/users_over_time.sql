-- How many users were online after each change? Changes of one millisecond count together.
CREATE VIEW users_over_time AS
SELECT rowtime, delta, SUM(delta) OVER (ORDER BY rowtime RANGE UNBOUNDED PRECEDING) AS users
FROM user_presence;
