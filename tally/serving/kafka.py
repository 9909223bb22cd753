"""Clients of a Kafka broker whose failures come out as errors that name what was asked."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient, ClusterMetadata

from tally.serving.addresses import split_addresses
from tally.serving.errors import KafkaFailed, KafkaUnreachable

DEFAULT_PORT = 9092
CONNECT_SECONDS = 10.0
_REFUSED_SECONDS = 2.0  # time to try each address of a name: `localhost` may be ::1 and 127.0.0.1
_TRY_SECONDS = 0.5
REQUEST_SECONDS = 30.0
_LATE = f"no answer within {CONNECT_SECONDS:g} seconds"
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
    failures: list[KafkaError] = []
    client = AdminClient(_options(address) | {"error_cb": failures.append}, logger=_silent())
    _wait_for_answer(client, address, failures)
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


def _wait_for_answer(client: AdminClient, address: str, failures: list[KafkaError]) -> None:
    """Return when a broker answers; fail early where connections are refused."""
    began = time.monotonic()
    while True:
        try:
            client.list_topics(timeout=_TRY_SECONDS)
            return
        except KafkaException as failure:
            client.poll(0)  # calls error_cb
            refused = any(error.code() == KafkaError._ALL_BROKERS_DOWN for error in failures)
            if time.monotonic() - began > (_REFUSED_SECONDS if refused else CONNECT_SECONDS):
                raise KafkaUnreachable(address, _cause(failures)) from failure


def _cause(failures: list[KafkaError]) -> str:
    """Return why a connection failed: ``host:1/bootstrap: Connect ... failed: WHY (after 0ms in state CONNECT)``."""
    texts = [error.str() for error in failures if error.code() != KafkaError._ALL_BROKERS_DOWN]
    return texts[0].partition(" (after ")[0].rpartition(": ")[2] if texts else _LATE


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
    return _LATE if error.code() in _UNREACHABLE else error.str()


def _silent() -> logging.Logger:
    """Return a logger that keeps the client's own messages off the screen, for failures are raised."""
    logger = logging.getLogger("confluent_kafka")
    logger.addHandler(logging.NullHandler())
    return logger
