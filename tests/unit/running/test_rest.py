"""What Flink's REST API says of operations that take a while: its answers, as the pinned version gives them."""

from __future__ import annotations

from typing import Any

import pytest

from tally.running.errors import ClusterRefused
from tally.running.rest import Rest

TRACE = "org.apache.flink.runtime.checkpoint.CheckpointException: Checkpoint triggering task failed"


def answering(monkeypatch: pytest.MonkeyPatch, operation: dict[str, Any]) -> Rest:
    completed = {"status": {"id": "COMPLETED"}, "operation": operation}
    monkeypatch.setattr(Rest, "post", lambda *_: {"request-id": "1"})
    monkeypatch.setattr(Rest, "get", lambda *_: completed)
    return Rest("127.0.0.1:8081")


def test_a_checkpoint_that_failed_is_not_taken_for_one_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = {"checkpointId": None, "failureCause": {"class": "x", "stack-trace": TRACE}}

    with pytest.raises(ClusterRefused) as refused:
        answering(monkeypatch, failed).checkpoint("job")

    assert refused.value.reason == TRACE


def test_a_savepoint_that_failed_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = {"location": None, "failure-cause": {"class": "x", "stack-trace": TRACE}}

    with pytest.raises(ClusterRefused):
        answering(monkeypatch, failed).stop_with_savepoint("job", "file:/savepoints")


def test_what_is_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answering(monkeypatch, {"checkpointId": 2, "failureCause": None}).checkpoint("job") == "2"
