-- v
CREATE VIEW v AS
SELECT region FROM
  evnts;
