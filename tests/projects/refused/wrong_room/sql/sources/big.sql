-- large ones
CREATE VIEW big AS SELECT 1;
