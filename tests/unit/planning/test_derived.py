"""What is read off one node: its columns, and which keys a result admits."""

import pytest

from tally.planning.derived import Derived, fields_of


def key(*columns):
    return frozenset(columns)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("ROW<`a` INT NOT NULL, `b` VARCHAR(10)>", ["a", "b"]),
        ("ROW<`a` ROW<`x` INT, `y` MAP<INT, ROW<`z` INT>>>, `b` DECIMAL(10, 2)>", ["a", "b"]),
        ("ROW<`odd ``name` INT, `$f0` INT>", ["odd `name", "$f0"]),
        (
            {"type": "ROW", "fields": [{"name": "a", "fieldType": {}}, {"name": "b", "fieldType": "INT"}]},
            ["a", "b"],
        ),
    ],
)
def test_the_columns_of_a_node(written, names):
    assert fields_of({"outputType": written}) == names


def test_a_result_that_changes_admits_its_key_and_no_wider_one():
    result = Derived(3, frozenset({key(0)}), updating=True)
    assert result.admits(key(0))
    assert not result.admits(key(0, 1))
    assert not result.admits(key(1))


def test_rows_that_come_once_admit_wider_keys():
    result = Derived(3, frozenset({key(0)}))
    assert result.admits(key(0, 1))
    assert not result.admits(key(1))


def test_constant_columns_make_no_difference():
    result = Derived(3, frozenset({key(0, 2)}), frozenset({2}), updating=True)
    assert result.admits(key(0))
    assert result.admits(key(0, 2))
    assert not result.admits(key(2))


def test_one_row_takes_a_constant_as_its_key():
    assert Derived(2, frozenset({key()}), frozenset({1}), updating=True).admits(key(1))
    assert not Derived(2, frozenset({key()}), updating=True).admits(key(1))
