-- How?
CREATE FUNCTION shout AS 'udfs.txts.shout' LANGUAGE PYTHON;
