"""What a served topic asks of Flink's connector."""

from __future__ import annotations

import pytest

from tally.errors import Span
from tally.planning.errors import WrongOption
from tally.planning.job import CassandraSink, KafkaSink
from tally.planning.options import parse_options
from tally.planning.sinks import sink_options


def transactions(sink: KafkaSink) -> dict[str, str]:
    return {name: value for name, value in sink_options(sink).items() if "transaction" in name}


def test_a_topic_in_transactions_asks_for_no_more_time_than_a_broker_allows_by_default() -> None:
    assert transactions(KafkaSink("t", delivery="exactly-once")) == {
        "sink.transactional-id-prefix": "tally-t",
        "properties.transaction.timeout.ms": "900000",
    }


def test_a_topic_without_transactions_asks_for_nothing_of_them() -> None:
    assert transactions(KafkaSink("t")) == {}


def test_a_topic_of_large_records_asks_the_producer_to_send_and_to_hold_them() -> None:
    options = sink_options(KafkaSink("t", max_record_bytes=20 << 20))
    assert (options["properties.max.request.size"], options["properties.buffer.memory"]) == (
        "20971520",
        "41943040",
    )
    small = sink_options(KafkaSink("t", max_record_bytes=4096))
    assert (small["properties.max.request.size"], small["properties.buffer.memory"]) == ("4096", "33554432")
    assert not {name for name in sink_options(KafkaSink("t")) if name.startswith("properties.max")}


def test_a_table_of_large_rows_asks_the_connector_to_send_them() -> None:
    assert sink_options(CassandraSink("t", ("k",), (), max_row_bytes=4096))["sink.max-row-size"] == "4096 b"
    assert "sink.max-row-size" not in sink_options(CassandraSink("t", ("k",), ()))


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [
        ("kafka.max-record-size", "4 mb", 4 << 20),
        ("kafka.max-record-size", "1KB", 1024),
        ("cassandra.max-row-size", "67108864 b", 64 << 20),
        ("refused.max-share", "1", 1.0),
        ("refused.max-share", "0", 0.0),
    ],
)
def test_sizes_and_shares_are_read(option: str, text: str, value: float) -> None:
    assert parse_options("a", {option: text}, Span("a.sql", 1, 1)) == {option: value}


@pytest.mark.parametrize(
    ("option", "text", "legal"),
    [
        *(
            ("kafka.max-record-size", text, "a size from '1 kb' to '64 mb'")
            for text in ("4", "1 b", "65 mb", "-1 mb", "1.5 mb", "")
        ),
        *(("refused.max-share", text, "a number from '0' to '1'") for text in ("nan", "1.1", "-0.1", "5 %")),
    ],
)
def test_sizes_and_shares_that_cannot_be_are_refused(option: str, text: str, legal: str) -> None:
    with pytest.raises(WrongOption) as refused:
        parse_options("a", {option: text}, Span("a.sql", 1, 1))
    assert (refused.value.option, refused.value.expected) == (option, legal)
