"""Functions of many numbers."""

from pyflink.table.udf import AggregateFunction, udaf


class Middle(AggregateFunction):
    """The lower of the two numbers in the middle, or the one."""

    def create_accumulator(self):
        return []

    def accumulate(self, accumulator, value):
        accumulator.append(value)

    def get_value(self, accumulator):
        ordered = sorted(accumulator)
        return ordered[(len(ordered) - 1) // 2] if ordered else None


middle = udaf(Middle(), result_type="BIGINT", accumulator_type="ARRAY<BIGINT>")
