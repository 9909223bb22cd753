-- Which regions are busy?
CREATE MATERIALIZED TABLE busy_regions (
  PRIMARY KEY (region) NOT ENFORCED
)
WITH ('sinks' = 'kafka')
AS
SELECT region, events FROM events_by_region WHERE events >= 100;
