"""Topics: required of sources, created for results, their ends, and their results taken back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from types import MappingProxyType

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from tally.errors import ProjectErrors, Span, raise_all
from tally.planning.job import Source
from tally.serving.errors import KafkaFailed, TargetTopicMissing, TopicMissing, TopicNotCompacted
from tally.serving.kafka import REQUEST_SECONDS, admin, consumer, metadata, naming
from tally.settings import KafkaSettings

_PAUSE_SECONDS = 0.05
_MAX_HEADERS_BYTES = 64 * 1024
_LIMIT = "max.message.bytes"
# A letter may compress worse than the batch that its record came in. Brokers take no request above 100 MiB by default.
_LARGEST_LETTER = 64 * 1024 * 1024
_DAY_MILLISECONDS = 24 * 60 * 60 * 1000
_COMPACTED = {"cleanup.policy": "compact"}
# A record comes with each checkpoint: compaction gets to what stands before the segment that is written to.
_OF_ACCOUNTS = _COMPACTED | {"segment.ms": str(60 * 60 * 1000)}
Offsets = dict[int, tuple[int, int]]


def require_topics(address: str | None, sources: Iterable[Source], feeds: Mapping[str, str]) -> None:
    """Return when the topic of every source exists.

    Args:
        address: host:port, several by comma; None where none is known.
        sources: those without a topic are left out; several topics of one are separated by ``;``.
        feeds: data set by topic, for the hint.

    Raises:
        KafkaUnreachable: no broker answers within seconds.
        TopicMissing: a topic is not there.
        ProjectErrors: several are not there.
    """
    wanted = [(topic, source) for source in sources for topic in filter(None, source.topic.split(";"))]
    existing = _topics(admin(address), str(address)) if wanted else ()
    errors = [
        TopicMissing(topic, source.name, str(address), existing, feeds, source.span)
        for topic, source in wanted
        if topic not in existing
    ]
    if errors:
        raise errors[0] if len(errors) == 1 else ProjectErrors(errors)


def require_targets(address: str | None, tables: Mapping[str, str], place: Span | None) -> None:
    """Return when the topics that tables of plain INSERT statements write exist.

    Args:
        address: as of ``require_topics``.
        tables: topic by name of the table; several topics are separated by ``;``.
        place: of the job.

    Raises:
        KafkaUnreachable: no broker answers within seconds.
        TargetTopicMissing, ProjectErrors: topics are not there.
    """
    wanted = [(topic, table) for table, topics in tables.items() for topic in topics.split(";")]
    existing = _topics(admin(address), str(address)) if wanted else ()
    raise_all(
        TargetTopicMissing(topic, table, str(address), tuple(existing), place)
        for topic, table in wanted
        if topic not in existing
    )


def require_compacted(address: str | None, topics: Iterable[str]) -> list[str]:
    """Return those of the results' topics that are missing, when all that exist are compacted.

    Raises:
        KafkaUnreachable: no broker answers within seconds.
        TopicNotCompacted: a topic exists that is not compacted.
        ProjectErrors: several are not.
    """
    client = admin(address)
    existing = _topics(client, str(address))
    names = list(dict.fromkeys(topics))
    policies = policies_of(client, str(address), [name for name in names if name in existing])
    errors = [
        TopicNotCompacted(topic, policy, str(address))
        for topic, policy in policies.items()
        if "compact" not in policy.split(",")
    ]
    if errors:
        raise errors[0] if len(errors) == 1 else ProjectErrors(errors)
    return [name for name in names if name not in existing]


def ensure_compacted(
    address: str | None,
    topics: Iterable[str],
    settings: KafkaSettings,
    largest: Mapping[str, int] = MappingProxyType({}),
) -> list[str]:
    """Create the topics of results that are missing, compacted, after all that exist were found to be so.

    Args:
        address: bootstrap servers.
        topics: their names.
        settings: of Kafka.
        largest: bytes of the largest record, of the topics that take another than by Kafka's default.

    Returns:
        The names of those created.

    Raises:
        KafkaUnreachable: no broker answers within seconds.
        TopicNotCompacted, ProjectErrors: as ``require_compacted``; nothing was created.
        KafkaFailed: the broker did not create one.
    """
    missing = require_compacted(address, topics)
    new = [_new(name, settings, _COMPACTED | _limited(largest.get(name))) for name in missing]
    _create(admin(address), str(address), new)
    return missing


def _limited(most: int | None) -> dict[str, str]:
    return {_LIMIT: str(most)} if most else {}


def ensure_account_topic(address: str | None, topic: str, settings: KafkaSettings) -> bool:
    """Create the topic of accounts where it is missing: compacted, of one partition.

    Returns:
        Whether it was created.

    Raises:
        KafkaUnreachable: no broker answers within seconds.
        TopicNotCompacted: it exists and is not compacted.
        KafkaFailed: the broker did not create it.
    """
    missing = require_compacted(address, [topic])
    one = settings.model_copy(update={"partitions": 1})
    _create(admin(address), str(address), [_new(name, one, _OF_ACCOUNTS) for name in missing])
    return bool(missing)


def partitions_of(client: AdminClient, address: str, topic: str) -> int | None:
    """Return the number of a topic's partitions; None where there is no such topic."""
    found = metadata(client, address).topics.get(topic)
    return len(found.partitions) if found else None


def create_compacted_log(client: AdminClient, address: str, topic: str, settings: KafkaSettings) -> None:
    """Create a compacted topic of one partition; one that another process creates at the same time will do.

    Raises:
        KafkaFailed: the broker did not create it.
    """
    one = settings.model_copy(update={"partitions": 1})
    _create(client, address, [_new(topic, one, _COMPACTED)])


def topic_ids(address: str | None, topics: Iterable[str]) -> dict[str, str]:
    """Return the id of each topic that exists: ``{"totals": "jpuSKgqYSx2ENsr82oQzww"}``. One made anew has another.

    Raises:
        KafkaUnreachable: no broker answers within seconds.
    """
    client = admin(address)
    existing = set(_topics(client, str(address))).intersection(topics)
    if not existing:
        return {}
    with naming("describe topics", str(address)):
        described = client.describe_topics(TopicCollection(sorted(existing)))
        return {name: str(future.result().topic_id) for name, future in described.items()}


def dead_topic(topic: str) -> str:
    """Return the topic of a source topic's dead letters."""
    return f"{topic}.dead"


def ensure_letter_topics(
    address: str | None, topics: Mapping[str, str | None], settings: KafkaSettings
) -> list[str]:
    """Create topics for dead letters, late rows and refused rows, where they are missing.

    What they hold is kept for as long as the settings say, and may be larger than what the source topic holds: a
    letter that its topic refused would stop the job again and again. One that exists and takes less gets that limit.

    Args:
        address: bootstrap servers.
        topics: by its name, the source topic of each; None of refused rows, which come from none.
        settings: of Kafka.

    Returns:
        The names of those created.

    Raises:
        KafkaUnreachable: no broker answers within seconds.
        KafkaFailed: the broker did not create one, or did not raise its limit.
    """
    client = admin(address)
    existing = _topics(client, str(address))
    limits = {name: _letter_limit(str(address), topic) for name, topic in topics.items()}
    missing = [name for name in topics if name not in existing]
    new = [_new(name, settings, _letter_config(limits[name], settings)) for name in missing]
    _create(client, str(address), new)
    for name in limits.keys() - missing:
        _raise_limit(client, str(address), name, limits[name])
    return missing


def _letter_config(limit: int, settings: KafkaSettings) -> dict[str, str]:
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(settings.dead_letter_days * _DAY_MILLISECONDS),
        _LIMIT: str(limit),
    }


def _letter_limit(address: str, topic: str | None) -> int:
    if topic is None:
        return _LARGEST_LETTER
    return max(int(topic_config(address, topic)[_LIMIT]) + _MAX_HEADERS_BYTES, _LARGEST_LETTER)


def _raise_limit(client: AdminClient, address: str, topic: str, limit: int) -> None:
    if int(topic_config(address, topic)[_LIMIT]) >= limit:
        return
    entry = ConfigEntry(_LIMIT, str(limit), incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    with naming(f"set {_LIMIT} of topic '{topic}' to {limit}", address):
        client.incremental_alter_configs([resource])[resource].result()


def end_offsets(address: str | None, topic: str) -> Offsets:
    """Return the first offset and the one after the last, of each partition: ``{0: (0, 1250)}``.

    Raises:
        KafkaUnreachable: no broker answers within seconds.
        KafkaFailed: there is no such topic.
    """
    numbers = _partitions(admin(address), str(address), topic)
    client = consumer(str(address), **{"isolation.level": "read_uncommitted"})
    try:
        with naming(f"list the offsets of topic '{topic}'", str(address)):
            return {number: _ends(client, TopicPartition(topic, number)) for number in numbers}
    finally:
        client.close()


def topic_config(address: str | None, topic: str) -> dict[str, str]:
    """Return the configuration of a topic that exists, defaults included: ``{"retention.ms": "604800000"}``.

    Raises:
        KafkaUnreachable: no broker answers within seconds.
        KafkaFailed: there is no such topic.
    """
    # Kept in a name: a client that nobody holds is freed before its answer comes.
    client = admin(address)
    resource = ConfigResource(ResourceType.TOPIC, topic)
    with naming(f"describe topic '{topic}'", str(address)):
        entries = client.describe_configs([resource])[resource].result()
    return {name: str(entry.value) for name, entry in entries.items()}


def existing_topics(address: str | None, topics: Iterable[str]) -> list[str]:
    """Return those of the topics that exist, in the order given."""
    wanted = list(topics)
    existing = _topics(admin(address), str(address)) if wanted else ()
    return [topic for topic in wanted if topic in existing]


def drop_topics(address: str | None, topics: Sequence[str]) -> list[str]:
    """Delete those of the topics that exist, and return their names."""
    client = admin(address)
    existing = _topics(client, str(address))
    names = [topic for topic in topics if topic in existing]
    if names:
        for topic, future in client.delete_topics(names, operation_timeout=REQUEST_SECONDS).items():
            with naming(f"delete topic '{topic}'", str(address)):
                future.result()
        _wait(client, str(address), lambda topics: not topics.intersection(names))
    return names


def _topics(client: AdminClient, address: str) -> tuple[str, ...]:
    return tuple(sorted(metadata(client, address).topics))


def _new(name: str, settings: KafkaSettings, config: Mapping[str, str]) -> NewTopic:
    return NewTopic(
        name,
        num_partitions=settings.partitions,
        replication_factor=settings.replication_factor,
        config=dict(config),
    )


def _create(client: AdminClient, address: str, topics: Sequence[NewTopic]) -> None:
    new = list(topics)
    futures = client.create_topics(new, operation_timeout=REQUEST_SECONDS) if new else {}
    for topic, future in futures.items():
        with naming(f"create topic '{topic}'", address):
            _created(future)
    _wait(client, address, lambda topics: topics.issuperset(futures))


def _created(future: Future[None]) -> None:
    """Return when a topic was created, by this process or at the same time by another."""
    try:
        future.result()
    except KafkaException as failure:
        if failure.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise


def _wait(client: AdminClient, address: str, settled: Callable[[set[str]], bool]) -> None:
    """Return when the broker shows what its controller has done already.

    Raises:
        KafkaFailed: it does not within 30 seconds.
    """
    deadline = time.monotonic() + REQUEST_SECONDS
    while not settled(set(_topics(client, address))):
        if time.monotonic() > deadline:
            raise KafkaFailed("show its new list of topics", f"not within {REQUEST_SECONDS:g} seconds")
        time.sleep(_PAUSE_SECONDS)


def policies_of(client: AdminClient, address: str, names: Sequence[str]) -> dict[str, str]:
    """Return the ``cleanup.policy`` of topics that exist: ``{"totals": "compact"}``."""
    resources = [ConfigResource(ResourceType.TOPIC, name) for name in names]
    futures = client.describe_configs(resources) if resources else {}
    policies = {}
    for resource, future in futures.items():
        with naming(f"describe topic '{resource.name}'", address):
            policies[resource.name] = str(future.result()["cleanup.policy"].value)
    return policies


def _partitions(client: AdminClient, address: str, topic: str) -> list[int]:
    with naming(f"describe topic '{topic}'", address):
        description = client.describe_topics(TopicCollection([topic]))[topic].result()
    return sorted(partition.id for partition in description.partitions)


def _ends(client: Consumer, partition: TopicPartition) -> tuple[int, int]:
    """Return both ends of a partition; the client waits for a leader where there is none yet."""
    ends = client.get_watermark_offsets(partition, timeout=REQUEST_SECONDS)
    if ends is None:
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
    return ends
