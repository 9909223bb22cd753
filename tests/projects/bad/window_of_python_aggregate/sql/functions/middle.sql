CREATE FUNCTION middle AS 'udfs.statistics.middle' LANGUAGE PYTHON;
