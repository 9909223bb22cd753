from pyflink.table import DataTypes
from pyflink.table.udf import udf


def plain(text):
    return text.upper()


shout = udf(plain, result_type=DataTypes.STRING())
