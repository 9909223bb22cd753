-- How is a text said loudly?
CREATE FUNCTION shout AS 'udfs.texts.shout' LANGUAGE PYTHON;
