"""The registry's topic: read up to what is committed, changed by compare-and-set.

A change fences whoever holds the registry's transactional id, reads up to the last stable offset asked for after that,
decides, writes and commits. So no two changes decide on the same state: of two at once, one is fenced, reads again and
decides anew. Fencing stops no job and no DDL: who does more than write records its intention before and its outcome
after, and whoever finds an unfinished intention completes it or undoes it.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

from confluent_kafka import IsolationLevel, Message, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from tally.errors import TallyError
from tally.registry.entries import Entry, Recorded
from tally.registry.errors import NotServed, RegistryBusy, RegistryNotCompacted, RegistryUnreachable
from tally.registry.records import is_entry, key_of, read_entry, write_entry
from tally.serving.errors import KafkaFailed, KafkaUnreachable
from tally.serving.kafka import admin, naming
from tally.serving.messages import read_messages
from tally.serving.topics import create_compacted_log, partitions_of, policies_of
from tally.serving.transactions import Fenced, Outgoing, Transactions
from tally.settings import KafkaSettings

TRANSACTION_SECONDS = 10
"""How long a change may be open: one that nobody ends holds readers back for no longer."""
_PATIENCE = 30.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0
_LOOK = 0.01
_CHANGE = "tally-change"
"""Header that tells whose change a record is of: who got no answer to a commit looks for it."""


@dataclass(frozen=True)
class Snapshot:
    """The registry as of one moment.

    Attributes:
        entries: by key.
        changes: ids of the changes that its records are of, as far as they are not compacted away.
    """

    entries: Mapping[bytes, Recorded] = field(default_factory=dict)
    changes: frozenset[str] = frozenset()

    def find(self, project: str, aggregate: str) -> Entry | None:
        """Return the entry of an aggregate, or None."""
        found = self.entries.get(key_of(project, aggregate))
        return found.entry if found else None

    def of(self, project: str) -> tuple[Entry, ...]:
        """Return a project's aggregates that are served, by name."""
        entries = (one.entry for one in self.entries.values())
        served = (one for one in entries if one.project == project and one.is_served)
        return tuple(sorted(served, key=lambda entry: entry.name))

    def known(self, project: str, aggregate: str) -> Entry:
        """Return the entry of an aggregate, which may have been dropped.

        Raises:
            NotServed: there is none.
        """
        entry = self.find(project, aggregate)
        if entry is None:
            raise NotServed(aggregate, tuple(one.name for one in self.of(project)))
        return entry


Decide = Callable[[Snapshot], Mapping[bytes, Entry | None]]
"""Judges a snapshot, raising what refuses the change, and returns the entries to write; None deletes one."""


def entries_by_key(*entries: Entry) -> dict[bytes, Entry | None]:
    """Return entries as a change writes them."""
    return {key_of(entry.project, entry.name): entry for entry in entries}


class Registry:
    """The registry on one topic.

    Args:
        address: host:port of brokers, several by comma; None where none is known.
        topic: that holds it.
        settings: for the topic, where it is missing.
    """

    def __init__(self, address: str | None, topic: str, settings: KafkaSettings) -> None:
        self._address = address
        self._topic = topic
        self._settings = settings

    def read(self) -> Snapshot:
        """Return what is committed; an empty snapshot where there is no topic.

        Raises:
            RegistryUnreachable: no broker answers.
            UnreadableEntry: a record is no entry.
        """
        with self._reaching():
            client = admin(self._address)
            exists = partitions_of(client, str(self._address), self._topic) is not None
            return self._snapshot(client) if exists else Snapshot()

    def change(self, decide: Decide) -> Snapshot:
        """Change entries by compare-and-set; return the snapshot that the change was decided on.

        Args:
            decide: may be called several times, each time with what is newer; must do nothing but judge.

        Raises:
            RegistryUnreachable: no broker answers.
            RegistryBusy: no try went through within half a minute.
            RegistryNotCompacted: the topic exists and is not one of one compacted partition.
            UnreadableEntry: a record is no entry.
        """
        with self._reaching():
            client = admin(self._address)
            self._ensure_topic(client)
            return self._tried(client, decide, uuid.uuid4().hex)

    def _tried(self, client: AdminClient, decide: Decide, change: str) -> Snapshot:
        deadline, pause = time.monotonic() + _PATIENCE, _FIRST_PAUSE
        while True:
            try:
                return self._change_once(client, decide, change)
            except (Fenced, KafkaFailed, KafkaUnreachable) as failure:
                # What became of the commit the next try reads, after it has fenced this one.
                if time.monotonic() > deadline:
                    raise RegistryBusy(self._topic, _PATIENCE, _reason(failure)) from failure
                time.sleep(random.uniform(pause / 2, pause))
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _change_once(self, client: AdminClient, decide: Decide, change: str) -> Snapshot:
        writer = Transactions(
            str(self._address), f"tally-registry/{self._topic}", seconds=TRANSACTION_SECONDS
        )
        snapshot = self._snapshot(client)
        if change in snapshot.changes:
            return snapshot
        if changes := decide(snapshot):
            before = self._last_stable(client)
            writer.write(self._outgoing(key, entry, change) for key, entry in changes.items())
            self._await_visible(client, before)
        return snapshot

    def _await_visible(self, client: AdminClient, before: int) -> None:
        """Return when readers see a change: a commit is answered before its marker is on the topic.

        Where that takes long the change is there all the same, and every later one waits for it.
        """
        deadline = time.monotonic() + TRANSACTION_SECONDS
        while self._last_stable(client) <= before and time.monotonic() < deadline:
            time.sleep(_LOOK)

    def _outgoing(self, key: bytes, entry: Entry | None, change: str) -> Outgoing:
        value = None if entry is None else write_entry(entry)
        return Outgoing(self._topic, key, value, ((_CHANGE, change.encode()),), partition=0)

    def _snapshot(self, client: AdminClient) -> Snapshot:
        """Return all up to the last stable offset as of now: nobody waits for a transaction that is open."""
        entries: dict[bytes, Recorded] = {}
        changes: set[str] = set()
        for message in read_messages(str(self._address), self._topic, {0: (0, self._last_stable(client))}):
            changes |= _changes_of(message)
            key, value, offset = message.key(), message.value(), message.offset()
            if key is None or not is_entry(key):
                continue  # of a kind that a later version of tally writes
            entries.pop(key, None)
            if value is not None:
                entries[key] = Recorded(read_entry(value, self._topic, int(offset or 0)), int(offset or 0))
        return Snapshot(entries, frozenset(changes))

    def _last_stable(self, client: AdminClient) -> int:
        partition = TopicPartition(self._topic, 0)
        with naming(f"list the offsets of topic '{self._topic}'", str(self._address)):
            latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]
            asked = client.list_offsets({partition: latest}, isolation_level=IsolationLevel.READ_COMMITTED)
            return int(asked[partition].result().offset)

    def _ensure_topic(self, client: AdminClient) -> None:
        partitions = partitions_of(client, str(self._address), self._topic)
        if partitions is None:
            create_compacted_log(client, str(self._address), self._topic, self._settings)
            return
        policy = policies_of(client, str(self._address), [self._topic])[self._topic]
        if partitions != 1 or policy != "compact":
            raise RegistryNotCompacted(self._topic, f"{partitions} partitions, cleanup.policy={policy}")

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except KafkaUnreachable as error:
            raise RegistryUnreachable(self._topic, error.message, error.hint) from error


def _reason(failure: Exception) -> str:
    return failure.message if isinstance(failure, TallyError) else "others changed it each time"


def _changes_of(message: Message) -> set[str]:
    headers = cast(list[tuple[str, bytes | None]], message.headers() or [])
    return {value.decode() for name, value in headers if name == _CHANGE and value}
