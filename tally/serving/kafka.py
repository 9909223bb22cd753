"""Clients of a Kafka broker whose failures come out as errors that name what was asked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient, ClusterMetadata

from tally.serving.addresses import split_addresses
from tally.serving.errors import KafkaFailed, KafkaUnreachable

DEFAULT_PORT = 9092
CONNECT_SECONDS = 5.0
REQUEST_SECONDS = 30.0
_UNREACHABLE = (
    KafkaError._TRANSPORT,
    KafkaError._TIMED_OUT,
    KafkaError._ALL_BROKERS_DOWN,
    KafkaError._RESOLVE,
)


def admin(address: str | None) -> AdminClient:
    """Return an admin client of a broker that answers.

    Raises:
        WrongAddress: the address is not host:port.
        KafkaUnreachable: nothing answers within seconds.
    """
    if address is None:
        raise KafkaUnreachable(None)
    split_addresses(address, DEFAULT_PORT)
    client = AdminClient(_options(address), logger=_silent())
    metadata(client, address)
    return client


def metadata(client: AdminClient, address: str) -> ClusterMetadata:
    """Return brokers and topics.

    Raises:
        KafkaUnreachable: nothing answers within seconds.
    """
    with naming("list its topics", address):
        return client.list_topics(timeout=CONNECT_SECONDS)


def consumer(address: str, **options: Any) -> Consumer:
    """Return a consumer without a group: it commits nothing, partitions are assigned by hand."""
    fixed = {"group.id": "tally", "enable.auto.commit": False, "enable.partition.eof": True}
    return Consumer(_options(address) | fixed | options, logger=_silent())


def producer(address: str, **options: Any) -> Producer:
    """Return a producer that neither loses nor doubles nor reorders on a retry."""
    return Producer(_options(address) | {"enable.idempotence": True} | options, logger=_silent())


@contextmanager
def naming(action: str, address: str) -> Iterator[None]:
    """Turn failures inside the block into ``KafkaUnreachable`` or ``KafkaFailed(action, ...)``."""
    try:
        yield
    except KafkaException as failure:
        error = failure.args[0]
        if error.code() in _UNREACHABLE:
            raise KafkaUnreachable(address, _reason(error)) from failure
        raise KafkaFailed(action, _reason(error)) from failure


def _options(address: str) -> dict[str, Any]:
    return {"bootstrap.servers": address, "socket.connection.setup.timeout.ms": 5000}


def _reason(error: KafkaError) -> str:
    return f"no answer within {CONNECT_SECONDS:g} seconds" if error.code() in _UNREACHABLE else error.str()


def _silent() -> logging.Logger:
    """Return a logger that keeps the client's own messages off the screen, for failures are raised."""
    logger = logging.getLogger("confluent_kafka")
    logger.addHandler(logging.NullHandler())
    return logger
