"""Texts."""

from pyflink.table import DataTypes
from pyflink.table.udf import udf


def upper(text: str) -> str:
    return text.upper()


shout = udf(upper, result_type=DataTypes.STRING())
