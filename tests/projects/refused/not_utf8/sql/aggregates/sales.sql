-- GrΓ¶Γe
INSERT INTO t SELECT 'Grφίe';
