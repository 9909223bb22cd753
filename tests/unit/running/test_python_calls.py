"""Calls of Python functions in a task: what they return, and the words for what goes wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tally.running.python_calls import ScalarCalls, TableCalls
from tally.running.shipping import pickled_calls
from tests.unit.running.test_python_values import DATE, TEXT, TINYINT

HERE = f"{__name__.replace('.', '/')}.py"


class Operation:
    """As PyFlink's: calls the functions from a text of its own."""

    def __init__(self, text, function):
        self.process_element = eval(text, {"function": function})


def scalar(function, arguments, results):
    return ScalarCalls(
        Operation("lambda given: [function(*given)]", function), [function], arguments, results
    )


def table(function, arguments, results):
    return TableCalls(Operation("lambda given: function(*given)", function), [function], arguments, results)


def shout(text):
    return inner(text)


def inner(text):
    return text + 1


def line_of(function, further=1):
    return function.__code__.co_firstlineno + further


def pairs(first):
    yield [first, 1]
    yield [None, None]


def test_a_result_is_a_tuple():
    assert scalar(lambda day: day.day, [DATE], [TINYINT]).call((30,)) == (31,)
    assert table(pairs, [TINYINT], [TINYINT, TINYINT]).call((7,)) == ((7, 1), (None, None))
    assert table(lambda: [], [], [TINYINT]).call(()) == ()


def test_what_a_function_raises_names_it_and_the_line_and_the_arguments():
    [said] = scalar(shout, [TEXT], [TEXT]).call(("a",))
    assert said == (
        f"function 'shout' failed at {HERE}:{line_of(inner)}: "
        """TypeError: can only concatenate str (not "int") to str\n  arguments: ('a',)"""
    )


def test_what_a_function_in_c_raises_names_it():
    [said] = scalar(len, [TINYINT], [TINYINT]).call((1,))
    assert said == ("function 'len' failed: TypeError: object of type 'int' has no len()\n  arguments: (1,)")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (300, "300 (int), which does not fit TINYINT"),
        ("x" * 300, f"'{'x' * 196}... (str), which does not fit TINYINT"),
    ],
)
def test_what_does_not_fit_names_the_function_and_where_it_is(value, words):
    def wide(_):
        return value

    [said] = scalar(wide, [TEXT], [TINYINT]).call((None,))
    assert said == f"function 'wide' ({HERE}:{line_of(wide, 0)}) returned {words}\n  arguments: (None,)"


def test_a_row_of_a_table_function_has_all_columns():
    [said] = table(pairs, [TINYINT], [TINYINT]).call((7,))
    assert said == (
        f"function 'pairs' ({HERE}:{line_of(pairs, 0)}) returned (7, 1): 2 columns in place of 1\n"
        "  arguments: (7,)"
    )


def test_an_argument_that_python_has_no_value_for_is_said():
    [said] = scalar(shout, [DATE], [TEXT]).call((10_000_000,))
    assert said.startswith(
        f"function 'shout' ({HERE}:{line_of(shout, 0)}): ValueError: year 29349 is out of range"
    )


def test_the_classes_travel_as_code():
    program = (
        "import sys; sys.modules['tally'] = None; import cloudpickle; "
        "print(cloudpickle.loads(sys.stdin.buffer.read()).__name__)"
    )
    for pickled, name in zip(pickled_calls(), ("ScalarCalls", "TableCalls"), strict=True):
        loaded = subprocess.run(
            [sys.executable, "-c", program], input=pickled, capture_output=True, check=True
        )
        assert loaded.stdout.decode().strip() == name
