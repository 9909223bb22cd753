"""What all tests share: one real Kafka and Cassandra for the whole session, started when a test asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tally.settings import Settings
from tally.stack import Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running broker and Cassandra in a folder of their own, on free ports; ``stack.addresses()`` says where.

    Tests share it, so each uses topics, keyspaces or tables of its own.
    """
    shared = Stack(tmp_path_factory.mktemp("stack"), Settings())
    shared.up()
    yield shared
    shared.down(wipe=True)
