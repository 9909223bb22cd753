-- Epoch milliseconds.
CREATE FUNCTION moment AS 'udfs.moments.moment' LANGUAGE PYTHON;
