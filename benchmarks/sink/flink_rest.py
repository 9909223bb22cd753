"""What a running job says of itself over Flink's REST API; nothing before it runs and after it ended."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

_TIMEOUT_SECONDS = 5.0


class FlinkRest:
    """The API of a mini-cluster with one job."""

    def __init__(self, port: int) -> None:
        self._root = f"http://127.0.0.1:{port}"

    def job(self) -> dict[str, Any] | None:
        """Return the job's details: ``jid``, ``state``, ``duration``, ``vertices``; None where there is none."""
        jobs = self._get("/jobs")
        return self._get(f"/jobs/{jobs['jobs'][0]['id']}") if jobs and jobs["jobs"] else None

    def checkpoints(self, job: str) -> dict[str, int] | None:
        """Return the numbers of completed and failed checkpoints, and others."""
        found = self._get(f"/jobs/{job}/checkpoints")
        return found["counts"] if found else None

    def metrics(self, job: dict[str, Any], *names: str) -> dict[str, float]:
        """Return metrics of the job's last vertex, summed over operators and subtasks, by the end of their name."""
        at = f"/jobs/{job['jid']}/vertices/{job['vertices'][-1]['id']}/metrics"
        known = [one["id"] for one in self._get(at) or ()]
        wanted = [name for name in known if name.split(".")[-1] in names]
        if not wanted:
            return {}
        sums = dict.fromkeys(names, 0.0)
        for metric in self._get(f"{at}?get={urllib.parse.quote(','.join(wanted))}") or ():
            sums[metric["id"].split(".")[-1]] += float(metric["value"])
        return sums

    def _get(self, path: str) -> Any:
        try:
            with urllib.request.urlopen(self._root + path, timeout=_TIMEOUT_SECONDS) as answer:
                return json.load(answer)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None
