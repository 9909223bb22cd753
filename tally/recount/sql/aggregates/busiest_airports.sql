-- The ten airports with most movements; of equals, the first by name.
SELECT airport, count(*) AS movements
FROM flight_events
GROUP BY airport
ORDER BY movements DESC, airport
LIMIT 10;
