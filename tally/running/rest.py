"""Flink's REST API, as far as jobs are followed and stopped through it.

Paths and bodies are those of Flink 2.3's reference ("REST API"); every call has a time-out.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import requests

from tally.running.errors import ClusterRefused, ClusterUnreachable

OVER = frozenset({"FINISHED", "FAILED", "CANCELED", "SUSPENDED"})
"""States that a job does not leave any more."""
TIMEOUT = 20.0
CONNECT_TIMEOUT = 5.0
POLL = 0.2
# Chosen once for all jobs: a savepoint that another Flink version can read.
_SAVEPOINT = {"formatType": "CANONICAL"}


@dataclass(frozen=True)
class JobState:
    """A job as the cluster lists it.

    Attributes:
        id: 32 hex digits.
        name: of the job.
        state: RUNNING, FINISHED, FAILED, CANCELED, RESTARTING, ...
        started: when the cluster accepted it, UTC.
    """

    id: str
    name: str
    state: str
    started: datetime

    @property
    def is_over(self) -> bool:
        """Whether it will never run again."""
        return self.state in OVER


class Rest:
    """A client of one cluster; ``address`` is ``host:port``."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._session = requests.Session()
        # A cluster on this machine must not be looked for behind a proxy.
        self._session.trust_env = False

    def get(self, path: str, **parameters: str) -> Any:
        """Return the JSON answer of a GET.

        Raises:
            ClusterUnreachable: nobody answers.
            ClusterRefused: the answer is an error.
        """
        return self._call("GET", path, parameters, None)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the JSON answer of a POST; raises as ``get``."""
        return self._call("POST", path, {}, body)

    def _call(self, method: str, path: str, parameters: Mapping[str, str], body: Any) -> Any:
        url = f"http://{self.address}{path}"
        try:
            answer = self._session.request(
                method, url, params=parameters, json=body, timeout=(CONNECT_TIMEOUT, TIMEOUT)
            )
        except requests.RequestException as error:
            raise ClusterUnreachable(self.address) from error
        if not answer.ok:
            raise ClusterRefused(self.address, _reason(answer))
        return answer.json() if answer.content else {}

    def jobs(self) -> tuple[JobState, ...]:
        """Return all jobs that the cluster remembers, newest first."""
        jobs = sorted(self.get("/jobs/overview")["jobs"], key=lambda job: -job["start-time"])
        return tuple(
            JobState(job["jid"], job["name"], job["state"], _moment(job["start-time"])) for job in jobs
        )

    def state(self, job: str) -> str:
        """Return the state of a job by id, as it is now; most else is told from a copy, seconds old."""
        return str(self.get(f"/jobs/{job}/status")["status"])

    def state_told(self, job: str) -> str:
        """Return the state of a job as of the copy that ``failure`` is told from."""
        return str(self.get(f"/jobs/{job}")["state"])

    def restarts(self, job: str) -> int | None:
        """Return how often a job was restarted; None in its first seconds and after its end, when none tells."""
        found = self.get(f"/jobs/{job}/metrics", get="numRestarts")
        return int(found[0]["value"]) if found else None

    def parameters(self, job: str) -> Mapping[str, str]:
        """Return what was noted with a job when it was started: its ``pipeline.global-job-parameters``."""
        execution = self.get(f"/jobs/{job}/config").get("execution-config", {})
        return dict(execution.get("user-config", {}))

    def cancel(self, job: str) -> None:
        """Ask a job to stop at once; its retained checkpoints stay."""
        self._call("PATCH", f"/jobs/{job}", {"mode": "cancel"}, None)

    def checkpoint(self, job: str) -> str:
        """Take a checkpoint now and return its path once it is complete."""
        trigger = self.post(f"/jobs/{job}/checkpoints", {"checkpointType": "CONFIGURED"})["request-id"]
        return self._completed(f"/jobs/{job}/checkpoints/{trigger}", "checkpointId")

    def stop_with_savepoint(self, job: str, folder: str) -> str:
        """Stop a job with a savepoint under ``folder`` and return the savepoint's path."""
        body = {"targetDirectory": folder, "drain": False, **_SAVEPOINT}
        trigger = self.post(f"/jobs/{job}/stop", body)["request-id"]
        return self._completed(f"/jobs/{job}/savepoints/{trigger}", "location")

    def _completed(self, path: str, field: str) -> str:
        answer = wait_for(lambda: _if_complete(self.get(path)))
        operation = answer["operation"] or {}
        # Of savepoints Flink writes it one way, of checkpoints the other, null where there is none.
        if cause := operation.get("failure-cause") or operation.get("failureCause"):
            raise ClusterRefused(self.address, root_cause(cause["stack-trace"]))
        return str(operation.get(field, ""))

    def failure(self, job: str) -> str:
        """Return the stack trace that ended a job, or an empty text."""
        answer = self.get(f"/jobs/{job}/exceptions")
        entries = answer.get("exceptionHistory", {}).get("entries", [])
        return str(entries[0].get("stacktrace", "")) if entries else ""


def wait_for(ready: Callable[[], Any], seconds: float = 600.0) -> Any:
    """Return the first truthy answer of ``ready``; raises TimeoutError after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (answer := ready()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not ready after {seconds:.0f} s")
        time.sleep(POLL)
    return answer


def _if_complete(answer: dict[str, Any]) -> dict[str, Any] | None:
    return answer if answer["status"]["id"] == "COMPLETED" else None


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc)


def _reason(answer: requests.Response) -> str:
    try:
        errors = answer.json().get("errors", [])
    except ValueError:
        errors = []
    return root_cause("\n".join(errors)) or f"HTTP {answer.status_code}"


def root_cause(trace: str) -> str:
    """Return the last cause of a Java stack trace, without the trace; an empty text for an empty one."""
    causes = re.findall(r"^Caused by: (.*)$", trace, re.MULTILINE) or trace.splitlines()[:1]
    return causes[-1].strip() if causes else ""
