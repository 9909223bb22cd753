"""What a served topic asks of Flink's connector."""

from __future__ import annotations

from tally.planning.job import KafkaSink
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
