"""What SET statements of a file say, and what tally sets for the job on its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tally.errors import Span
from tally.planning.environment import RELIED_ON, RELIED_ON_PREFIXES, FlinkPlanner
from tally.planning.errors import RefusedSet, UnsupportedStatement


class JobOptions:
    """The table options of one job, beyond those of all jobs."""

    def __init__(self, flink: FlinkPlanner, base: Mapping[str, str]) -> None:
        self._flink = flink
        self._base = base
        self.written: dict[str, str] = {}

    def set(self, operation: Any, span: Span) -> None:
        """Take in a parsed SET.

        Raises:
            RefusedSet: of an option that tally relies on.
            UnsupportedStatement: a SET without a key, which asks for a list.
        """
        if not operation.getKey().isPresent():
            raise UnsupportedStatement("SET without a key", span)
        key, value = str(operation.getKey().get()), str(operation.getValue().get())
        if reason := _relied_on(key):
            raise RefusedSet(key, reason, span)
        self.add({key: value})

    def add(self, options: Mapping[str, str]) -> None:
        """Set options of the job."""
        for key, value in options.items():
            self._flink.set_option(key, value)
            self.written[key] = value

    def add_missing(self, options: Mapping[str, str]) -> None:
        """Set those options of the job that neither it nor all jobs have."""
        self.add({key: value for key, value in options.items() if key not in {**self._base, **self.written}})

    def is_set(self, key: str) -> bool:
        """Tell whether an option is set, for this job or for all."""
        return key in self.written or key in self._base

    def is_true(self, key: str) -> bool:
        """Tell whether an option is ``true``, for this job or for all."""
        return (self.written.get(key) or self._base.get(key, "")).lower() == "true"


def _relied_on(key: str) -> str | None:
    if key in RELIED_ON:
        return RELIED_ON[key][1]
    return next((why for prefix, why in RELIED_ON_PREFIXES.items() if key.startswith(prefix)), None)
