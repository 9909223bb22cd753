"""Kafka transactions: batches of records, to several topics, that are all there or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message

from tally.errors import TallyError
from tally.serving.errors import KafkaFailed
from tally.serving.kafka import REQUEST_SECONDS, naming, producer

_FENCED = (KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH)
_COMMIT_TRIES = 4
_MOST_BATCH_BYTES = 1_000_000
_OPTIONS = {
    "partitioner": "murmur2_random",  # as producers in Java choose
    "compression.type": "lz4",
    "message.max.bytes": 1_000_000_000,  # the topic's limit holds, not the client's
}


@dataclass(frozen=True)
class Outgoing:
    """A record to be written; without a partition its key chooses one, without a timestamp the present is its time."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    partition: int | None = None
    timestamp: int | None = None


class Fenced(Exception):
    """Another producer of the same identity has begun, so this one must not write any more."""


class Transactions:
    """A producer of an identity of which only the latest may write: it ends what earlier ones left open.

    Args:
        address: host:port, several by comma.
        identity: the transactional id.
        most_bytes: the least ``max.message.bytes`` of the topics, which holds for all that is sent to one together.
        seconds: after which the broker ends a transaction that is still open; Kafka's default is a minute.
    """

    def __init__(
        self, address: str, identity: str, most_bytes: int = _MOST_BATCH_BYTES, *, seconds: int = 60
    ) -> None:
        self._address = address
        size = {"batch.size": min(most_bytes, _MOST_BATCH_BYTES)}
        self._client = producer(address, **_OPTIONS, **size, **self._timed(identity, seconds))
        self._refused: list[str] = []
        with naming("begin transactions", address):
            self._client.init_transactions(REQUEST_SECONDS)

    @staticmethod
    def _timed(identity: str, seconds: int) -> dict[str, Any]:
        return {"transactional.id": identity, "transaction.timeout.ms": seconds * 1000}

    def write(self, records: Iterable[Outgoing]) -> None:
        """Write some records in one transaction.

        Raises:
            Fenced: another one of this identity has begun; nothing was written.
            KafkaUnreachable: no broker answers any more; all or nothing was written.
            KafkaFailed: the broker refused a record; nothing was written.
        """
        self._refused.clear()
        try:
            self._client.begin_transaction()
            for record in records:
                self._produce(record)
            self._commit()
        except KafkaException as failure:
            raise self._known(failure, self._abort()) from failure
        except BaseException:
            self._abort()
            raise

    def _produce(self, record: Outgoing) -> None:
        where: dict[str, Any] = {} if record.partition is None else {"partition": record.partition}
        if record.timestamp:  # to the client 0 means the present too
            where["timestamp"] = record.timestamp
        self._client.produce(
            record.topic,
            key=record.key,
            value=record.value,
            headers=list(record.headers),
            on_delivery=self._delivered,
            **where,
        )
        self._client.poll(0)

    def _commit(self) -> None:
        """Commit; a try that runs out of time is repeated, where the client says that it may be."""
        for left in reversed(range(_COMMIT_TRIES)):
            try:
                return self._client.commit_transaction(REQUEST_SECONDS)
            except KafkaException as failure:
                if not (left and failure.args[0].retriable()):
                    raise

    def _abort(self) -> KafkaError | None:
        """Abort; where that fails the broker does it, when the next of this identity begins or the time is up."""
        try:
            self._client.abort_transaction(REQUEST_SECONDS)
        except KafkaException as failure:
            error: KafkaError = failure.args[0]
            return error
        return None

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._refused.append(f"{error.str()} (topic '{message.topic()}')")

    def _known(self, failure: KafkaException, of_abort: KafkaError | None) -> Exception:
        """Return the failure as an error of tally; a client that is fenced says so at the latest when it aborts."""
        if any(error.code() in _FENCED for error in (failure.args[0], of_abort) if error):
            return Fenced()
        try:
            with naming("write a transaction", self._address):
                raise failure
        except KafkaFailed as known:
            return KafkaFailed(known.action, self._refused[0]) if self._refused else known
        except TallyError as known:
            return known
