import pytest

from tally.serving.errors import UnsupportedType
from tally.serving.flink_types import may_hold_nulls
from tally.serving.types import cql_type


@pytest.mark.parametrize(
    ("flink", "cql"),
    [
        ("BOOLEAN", "boolean"),
        ("TINYINT", "tinyint"),
        ("SMALLINT", "smallint"),
        ("INT", "int"),
        ("INTEGER", "int"),
        ("BIGINT", "bigint"),
        ("BIGINT NOT NULL", "bigint"),
        ("FLOAT", "float"),
        ("DOUBLE", "double"),
        ("DOUBLE PRECISION", "double"),
        ("DECIMAL(38, 18)", "decimal"),
        ("CHAR(3)", "text"),
        ("VARCHAR(20)", "text"),
        ("STRING", "text"),
        ("BINARY(2)", "blob"),
        ("VARBINARY(2)", "blob"),
        ("BYTES", "blob"),
        ("DATE", "date"),
        ("TIME(0)", "time"),
        ("TIMESTAMP(0)", "timestamp"),
        ("TIMESTAMP(3)", "timestamp"),
        ("TIMESTAMP_LTZ(3)", "timestamp"),
        ("TIMESTAMP(3) WITH LOCAL TIME ZONE", "timestamp"),
        ("ARRAY<INT>", "frozen<list<int>>"),
        ("ARRAY<STRING NOT NULL> NOT NULL", "frozen<list<text>>"),
        ("MAP<STRING NOT NULL, DECIMAL(10, 2)>", "frozen<map<text, decimal>>"),
        ("ARRAY<MAP<INT, ARRAY<DATE>>>", "frozen<list<frozen<map<int, frozen<list<date>>>>>>"),
    ],
)
def test_flink_types_have_a_cql_type(flink, cql):
    assert cql_type(flink) == cql


@pytest.mark.parametrize(
    ("flink", "instead"),
    [
        ("TIMESTAMP(6)", "CAST(x AS TIMESTAMP(3))"),
        ("TIMESTAMP", "CAST(x AS TIMESTAMP(3))"),
        ("TIMESTAMP_LTZ(9)", "CAST(x AS TIMESTAMP_LTZ(3))"),
        ("TIMESTAMP(6) WITH LOCAL TIME ZONE", "CAST(x AS TIMESTAMP_LTZ(3))"),
        ("ARRAY<TIMESTAMP(6) NOT NULL>", "CAST(x AS ARRAY<TIMESTAMP(3)>)"),
        ("MAP<STRING, ARRAY<TIMESTAMP_LTZ(6)>>", "CAST(x AS MAP<VARCHAR, ARRAY<TIMESTAMP_LTZ(3)>>)"),
        ("MULTISET<INT>", "ARRAY_AGG(...) in place of COLLECT(...)"),
        ("ROW<`a>b` INT, c STRING>", "one column for each field of it"),
        ("INTERVAL DAY(2) TO SECOND(3)", "a number, e.g. TIMESTAMPDIFF(SECOND, start, end)"),
        ("INTERVAL YEAR(2) TO MONTH", "a number, e.g. TIMESTAMPDIFF(SECOND, start, end)"),
        ("RAW('java.util.BitSet', 'AEFzY')", "CAST(x AS STRING)"),
        ("ARRAY<ROW<a INT, b INT>>", "CAST(x AS STRING)"),
        ("MAP<STRING, RAW('a,b>', 'x')>", "CAST(x AS STRING)"),
    ],
)
def test_a_type_without_cql_type_is_refused_with_what_to_write(flink, instead):
    with pytest.raises(UnsupportedType) as caught:
        cql_type(flink)

    assert str(caught.value) == f"Cassandra cannot store {flink}\nhint: write {instead}"


@pytest.mark.parametrize(
    ("flink", "may"),
    [
        ("STRING", False),
        ("ARRAY<STRING>", True),
        ("ARRAY<STRING NOT NULL>", False),
        ("ARRAY<STRING NOT NULL> NOT NULL", False),
        ("MAP<STRING NOT NULL, INT>", True),
        ("MAP<STRING, INT NOT NULL>", True),
        ("MAP<STRING NOT NULL, INT NOT NULL> NOT NULL", False),
        ("ARRAY<ARRAY<INT> NOT NULL>", True),
        ("ARRAY<ARRAY<INT NOT NULL> NOT NULL>", False),
    ],
)
def test_a_collection_may_hold_nulls_where_its_type_lets_it(flink, may):
    assert may_hold_nulls(flink) is may
