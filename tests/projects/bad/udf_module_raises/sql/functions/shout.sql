-- How?
CREATE FUNCTION shout AS 'udfs.texts.shout' LANGUAGE PYTHON;
