-- How?
CREATE FUNCTION shout AS 'udfs.texts.shuot' LANGUAGE PYTHON;
