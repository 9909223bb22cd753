"""Flink's longer complaints, word for word, and what is left of them."""

import pytest

from tally.planning.advice import shortened

FACTORY = (
    "Could not find any factory for identifier 'jsn' that implements "
    "'org.apache.flink.table.factories.SerializationFormatFactory' in the classpath.\n\n"
    "Available factory identifiers are:\n\ncsv\njson\nraw"
)
CONNECTOR = FACTORY.replace("SerializationFormatFactory", "DynamicTableFactory").replace("jsn", "zzz")
OPTIONS = (
    "Unsupported options found for 'cassandra'.\n\nUnsupported options:\n\ntabel\n\n"
    "Supported options:\n\nkeyspace\ntable"
)
MISSING = "One or more required options are missing.\n\nMissing required options are:\n\nformat\ntopic"


@pytest.mark.parametrize(
    ("complaint", "said", "hint"),
    [
        (FACTORY, "unknown format 'jsn'", "did you mean 'json'?"),
        (CONNECTOR, "unknown connector 'zzz'", "use one of: csv, json, raw"),
        (OPTIONS, "unknown option 'tabel' of connector 'cassandra'", "did you mean 'table'?"),
        (MISSING, "options missing: 'format', 'topic'", "write 'format', 'topic' in the WITH clause"),
        ("SQL validation failed. Too bad.\nmore", "Too bad", None),
        ("column 'a' is odd; use another", "column 'a' is odd", "use another"),
        ("", "?", None),
    ],
)
def test_a_complaint_is_one_line_and_a_hint(complaint, said, hint):
    assert shortened(complaint) == (said, hint)
