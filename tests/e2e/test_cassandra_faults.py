"""A Cassandra that is killed, frozen or refuses, under jobs that run: what is served equals a recount of the topic."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator

import pytest

from tally.running.rest import wait_for
from tally.settings import load_settings
from tally.stack import Stack
from tests.e2e.outages import KEYSPACE, PATIENCE, Outage

MEBIBYTE = 2**20


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that these tests may break."""
    root = tmp_path_factory.mktemp("outages")
    # By default a killed Cassandra loses what it took in its last 100 ms.
    (root / "pyproject.toml").write_text('[tool.tally.stack]\ncassandra_commit_log = "batch"\n', "utf-8")
    stack = Stack(root, load_settings(root, {}))
    try:
        stack.up()
        yield stack
    finally:
        stack.down(wipe=True)


@pytest.fixture
def outage(own: Stack, request: pytest.FixtureRequest) -> Outage:
    """A project on that stack, with a topic of its own."""
    outage = Outage(own, request.function.__name__)
    outage.begin()
    return outage


def test_a_killed_cassandra_is_ridden_out_or_gone_on_from_the_checkpoint(outage: Outage) -> None:
    outage.job("patient", **{"request-timeout": "2 s"})
    outage.job("hasty", **{"request-timeout": "1 s", "sink.retry.max-duration": "1 s"})
    with outage.running("patient", "hasty") as run:
        outage.feed(2_000)
        run.until_checkpointed("patient")
        run.until_checkpointed("hasty")

        outage.feed(2_000)
        outage.server.kill()
        outage.feed(2_000)
        wait_for(lambda: run.metric("patient", "numRequestsRetried") > 0, PATIENCE)
        wait_for(lambda: run.job("hasty").state == "RESTARTING", PATIENCE)
        outage.stack.up(("cassandra",))
        outage.feed(2_000)

        wait_for(lambda: outage.differences("patient") == {}, PATIENCE)
        wait_for(lambda: outage.differences("hasty") == {}, PATIENCE)
        # Flink's REST API answers from figures that are fetched now and then, and from none behind a restart.
        wait_for(lambda: (run.rest.restarts(run.job("hasty").id) or 0) > 0, PATIENCE)
        patient = run.rest.restarts(run.job("patient").id) or 0
        restored = run.rest.get(f"/jobs/{run.job('hasty').id}/checkpoints")["latest"]["restored"]
    assert patient == 0
    assert restored["id"] > 0


def test_a_frozen_cassandra_slows_the_job_within_bounds(outage: Outage) -> None:
    bound = 64 * 1024
    outage.job("slowed", **{"request-timeout": "1 s", "sink.buffer-flush.max-size": f"{bound} bytes"})
    # A checkpoint meanwhile would wait for its rows and take no more, at whatever the buffers held then.
    with outage.running("slowed", checkpoints="14 min") as run:
        outage.feed(2_000)
        run.until_running("slowed")
        # The first is taken at the start, whatever the interval.
        wait_for(lambda: run.completed("slowed") > 0 and outage.differences("slowed") == {}, PATIENCE)

        server = outage.server
        server.send_signal(signal.SIGSTOP)
        try:
            held: list[int] = []

            def slowed() -> bool:
                outage.feed(2_000)
                writers = (f"slowed_{table}__Writer.bufferedBytes" for table in ("totals", "open"))
                held.append(max(run.metric("slowed", writer) for writer in writers))
                return held[-1] > 0.5 * bound and run.back_pressure("slowed") > 900

            wait_for(slowed, PATIENCE)
            before, retried = run.memory, run.metric("slowed", "numRequestsRetried")
            # Each try takes a whole request time-out, so several have passed.
            wait_for(lambda: run.metric("slowed", "numRequestsRetried") > retried and slowed(), PATIENCE)
            grown = run.memory - before
        finally:
            server.send_signal(signal.SIGCONT)

        wait_for(lambda: outage.differences("slowed") == {}, PATIENCE)
        # Returns when it is complete, and raises where it fails.
        run.rest.checkpoint(run.job("slowed").id)
        assert (run.rest.restarts(run.job("slowed").id) or 0) == 0
    assert max(held) <= bound
    assert grown < 64 * MEBIBYTE


def test_a_cassandra_that_refuses_fails_the_job_with_its_own_words(outage: Outage) -> None:
    outage.job("refused", **{"sink.retry.max-duration": "2 min"})
    with outage.running("refused") as run:
        outage.feed(500)
        run.until_checkpointed("refused")
        outage.cql(f"ALTER TABLE {KEYSPACE}.refused_open DROP note")
        outage.feed(500)
        code, said = run.end()
    assert code == 1
    row = re.compile(r"(?<=refused_open) of the row id = \d+(?= was refused)")
    assert row.search(said)
    assert row.sub("", said[said.index("error:") :]) == (
        f"error: job 'refused' failed: write to {KEYSPACE}.refused_open was refused: "
        f"Undefined column name note in table {KEYSPACE}.refused_open\n"
        f"hint: see the log in {outage.root}/.tally/logs\n"
    )
    assert "\tat " not in said
