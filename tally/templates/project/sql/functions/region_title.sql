-- How is a region written in a report?
CREATE FUNCTION region_title AS 'udfs.regions.region_title' LANGUAGE PYTHON;
