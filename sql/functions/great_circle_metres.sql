-- How far is it between two places on the globe, in metres? (latitude, longitude, latitude, longitude) in degrees.
CREATE FUNCTION great_circle_metres AS 'udfs.geography.great_circle_metres' LANGUAGE PYTHON;
