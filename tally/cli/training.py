"""One run of a small project, for the class archive of Flink's JVM: all that a run loads is in it then."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tally.cli.init import write_project
from tally.datasets import dataset
from tally.datasets.feeding import FeedOptions, feed
from tally.flink_conf import read_flink_conf
from tally.project import load_project
from tally.stack import Stack
from tally.stack.archives import new_flink_archive
from tally.stack.bundled import bundle
from tally.stack.jars import flink_jars
from tally.stack.java import find_java

_RECORDS = 2_000


def make_flink_archive() -> None:
    """Make the archive of Flink's classes where there is none, by a run on servers of its own in a scratch folder.

    Raises:
        StackError: a server does not start.
        ConnectorMissing: the connector was not built.
    """
    jars = flink_jars()
    with new_flink_archive(find_java(), jars) as archive:
        if archive:
            _train(archive, jars)


def _train(archive: Path, jars: Sequence[Path]) -> None:
    from tally.running.jvm import PLANNING, RECORDING, Jvm, write_class_archive  # noqa: PLC0415

    root = archive.parent / "training"
    list(write_project(root))
    stack = Stack(root)
    options = (*PLANNING, *RECORDING)
    try:
        stack.up()
        feed(dataset("sessions"), stack.addresses().kafka, FeedOptions(limit=_RECORDS), lambda _: None)
        Jvm(jars, bundle().flink_conf, root / "logs", "1g", (str(root),), options).configure()
        _run(stack)
        write_class_archive(archive)
    finally:
        stack.down(wipe=True)


def _run(stack: Stack) -> None:
    from tally.planning.plan_project import plan_project  # noqa: PLC0415
    from tally.running.connections import Target  # noqa: PLC0415
    from tally.running.session import RunRequest, run  # noqa: PLC0415

    # The variables of this process are of the user's own project.
    project = load_project(stack.root, {})
    options = read_flink_conf(bundle().flink_conf)
    where = stack.addresses()
    request = RunRequest(
        root=stack.root,
        settings=project.settings,
        options=options,
        target=Target(where.kafka, where.cassandra, project.settings.cassandra, bounded=True),
        fresh=False,
        feeds={},
        logs=stack.root / "logs",
    )
    run(plan_project(project, (), options), request, lambda _: None)
