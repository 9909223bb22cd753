"""Aggregates as planning hands them over."""

from datetime import timedelta

import pytest

from tally.errors import Span
from tally.planning.job import Aggregate, Bucket, CassandraSink, Clustering, Column, KafkaSink, Window

SPAN = Span("sql/aggregates/airport_hours.sql", 2, 1)


@pytest.fixture
def airport_hours():
    """A series by airport, without buckets."""
    return Aggregate(
        name="airport_hours",
        comment="What happened at each airport's hours?",
        columns=(
            Column("airport", "STRING", False),
            Column("window_end", "TIMESTAMP(3)", False),
            Column("departures", "BIGINT", False),
            Column("meanDelay", "DECIMAL(10, 2)", True),
        ),
        key=("airport", "window_end"),
        sinks=(
            CassandraSink("airport_hours", ("airport",), (Clustering("window_end", "DESC"),)),
            KafkaSink("airport-hours"),
        ),
        window=Window("tumbling", timedelta(hours=1)),
        span=SPAN,
    )


@pytest.fixture
def sales_by_day():
    """A series by time alone, in buckets of a year."""
    return Aggregate(
        name="sales_by_day",
        comment="",
        columns=(Column("window_start", "TIMESTAMP(3)", False), Column("order", "BIGINT", True)),
        key=("window_start",),
        sinks=(
            CassandraSink(
                "sales_by_day",
                (),
                (Clustering("window_start", "DESC"),),
                Bucket("window_start", timedelta(days=365)),
            ),
        ),
        window=Window("tumbling", timedelta(days=1)),
        span=SPAN,
    )


@pytest.fixture
def busiest():
    """A Top-N by rank, without any time."""
    return Aggregate(
        name="busiest",
        comment="",
        columns=(Column("rank", "BIGINT", False), Column("airport", "STRING", True)),
        key=("rank",),
        sinks=(CassandraSink("busiest", ("rank",), ()),),
        window=None,
        span=SPAN,
    )
