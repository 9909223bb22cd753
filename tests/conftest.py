"""What all tests of a process share: a real Kafka and Cassandra, and PyFlink's JVM, started when a test asks for them.

`make test` runs tests in several processes, each with servers of its own. The tests of a file stay together, so what a
module's fixtures make is made once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tally.running.jvm import RUNNING, Jvm
from tally.settings import Settings
from tally.stack import Stack
from tally.stack.archives import flink_archive_options
from tally.stack.bundled import bundle
from tally.stack.jars import flink_jars
from tally.stack.java import find_java

# For PyFlink's JVM here and in every `tally` that a test starts: most live for less than a minute, and compiling their
# code well costs more than it saves. The one here lives long: in the 48 MB that Java gives that compiler, what Flink
# generates for each job drives out the planner.
os.environ.setdefault("JVM_ARGS", "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running broker and Cassandra in a folder of their own, on free ports; ``stack.addresses()`` says where.

    Tests share it, so each uses topics, keyspaces or tables of its own.
    """
    shared = Stack(tmp_path_factory.mktemp("stack"), Settings())
    shared.up()
    yield shared
    shared.down(wipe=True)


@pytest.fixture(scope="session")
def jvm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """PyFlink's JVM with tally's connectors on its class path; there is one a process."""
    options = (*RUNNING, *flink_archive_options(find_java(), flink_jars()))
    Jvm(flink_jars(), bundle().flink_conf, tmp_path_factory.mktemp("logs"), "1g", (), options).configure()
