-- How?
CREATE FUNCTION shout AS 'udfs.texts.plain' LANGUAGE PYTHON;
