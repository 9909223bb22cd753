"""Casts that keep a key a key, and those that let two keys become one."""

import pytest

from tally.planning.casts import is_one_to_one

TEXT = "VARCHAR(2147483647)"
ROWTIME = {"kind": "ROWTIME", "precision": 3, "type": "TIMESTAMP_WITH_LOCAL_TIME_ZONE"}


@pytest.mark.parametrize(
    ("source", "target", "kept"),
    [
        ("INT NOT NULL", "BIGINT NOT NULL", True),
        ("BIGINT", "INT", False),
        ("INT", TEXT, True),
        ("INT", "VARCHAR(3)", False),
        ("DATE", TEXT, True),
        ("DOUBLE", TEXT, False),
        ("CHAR(3)", "VARCHAR(3)", True),
        ("CHAR(3)", "VARCHAR(2)", False),
        ("VARCHAR(3)", "CHAR(5)", False),
        (TEXT, "VARCHAR(100)", False),
        ("TIMESTAMP(3)", "TIMESTAMP(3) WITH LOCAL TIME ZONE NOT NULL", True),
        ("TIMESTAMP(3)", "TIMESTAMP(0)", False),
        ("TIMESTAMP(3)", "DATE", False),
        (ROWTIME, "TIMESTAMP(3) WITH LOCAL TIME ZONE", True),
        (ROWTIME, "TIMESTAMP(0)", False),
        ("DECIMAL(10, 2)", "DECIMAL(10, 1)", False),
    ],
)
def test_different_values_stay_different(source, target, kept):
    assert is_one_to_one(source, target) is kept
