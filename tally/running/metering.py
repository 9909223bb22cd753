"""The gates and meters of a Job, put between the operators of its translated plan."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pyflink.java_gateway import get_gateway

from tally.planning.environment import java_map
from tally.planning.job import Account, Gate, Job, Source
from tally.planning.sessions import is_sessions
from tally.running.connections import Target, account_options, late_options, refused_options
from tally.running.guards import guard_text, guards_of


class Metering:
    """Puts in what a Job says.

    Args:
        planned: ``io.tally.connectors.job.PlannedJob``.
        job: the job.
        target: where it reads and writes.
    """

    def __init__(self, planned: Any, job: Job, target: Target) -> None:
        connectors = get_gateway().jvm.io.tally.connectors
        self._late = connectors.late
        self._account = connectors.account
        self._planned = planned
        self._job = job
        self._target = target

    def put_in(self) -> None:
        """Put in all of it: meters ahead of exchanges, then gates, then doors behind those."""
        for read in self._job.reads:
            columns = (read.topic, read.partition, read.letter)
            self._planned.read(read.meter, read.node, *columns, read.letters)
        for account in self._job.accounts:
            self._planned.entry(account.entry, account.node, account.input)
        for gate in self._job.gates:
            self._planned.gate(self._gate(gate))
        if _gated_sessions(self._job):
            self._planned.sessionsAreGated()
        for account in self._job.accounts:
            self._door(account)
            self._tap(account)
        self._guards()
        for name, options in late_options(self._job, self._target).items():
            self._planned.writeLate(name, java_map(options))
        if self._job.accounts:
            self._book()

    def _guards(self) -> None:
        guards = guards_of(self._job, self._target)
        for guard in guards:
            self._planned.guard(json.dumps(guard_text(guard, self._target)))
        if guards:
            self._planned.writeRefused(java_map(refused_options(self._job, self._target)))

    def _gate(self, gate: Gate) -> Any:
        source = next(one for one in self._job.sources if one.name == gate.source)
        names = (", ".join(gate.feeds), source.name, source.late_topic, gate.meter)
        return self._late.GateSpec(
            gate.node, gate.input, self._windows(gate), self._identity(gate, source), *names
        )

    def _windows(self, gate: Gate) -> Any:
        sizes = (_milliseconds(width) for width in (gate.size, gate.step, gate.offset))
        return self._late.WindowSpec(gate.kind, *sizes, gate.time, gate.start)

    def _identity(self, gate: Gate, source: Source) -> Any:
        """Return where a gate finds the record that a row was."""
        if not gate.identity:
            return self._late.Identity("", -1, -1, -1)
        *topic, partition, offset = gate.identity
        return self._late.Identity(source.topic, topic[0] if topic else -1, partition, offset)

    def _door(self, account: Account) -> None:
        count, gate = account.count, account.gate
        if not account.door:
            return
        if count and count.window_end >= 0:
            self._planned.door(account.door, count.node, 0, count.partial, count.window_end)
        elif count and count.closes and gate and gate.kind != "session":
            self._planned.door(account.door, count.node, 0, self._windows(gate))
        elif count:
            self._planned.door(account.door, count.node, 0, count.partial)
        else:
            self._planned.door(account.door, account.node, account.input, -1)

    def _tap(self, account: Account) -> None:
        if count := account.count:
            self._planned.tap(account.tap, count.behind, count.column, count.versions, count.repeats)

    def _book(self) -> None:
        known = self._account.AccountJson(json.dumps(described(self._job, self._target)))
        serializer = self._account.AccountSerializer(self._target.accounts, self._job.name)
        self._planned.writeAccount(known, serializer, java_map(account_options(self._job, self._target)))


def _gated_sessions(job: Job) -> bool:
    """Tell whether a job calls SESSIONS, and a gate of late rows stands ahead of each call."""
    calls = {node["id"] for node in job.plan.nodes if is_sessions(node)}
    return bool(calls) and calls <= {gate.node for gate in job.gates}


def described(job: Job, target: Target) -> dict[str, Any]:
    """Return what is known of a job's account beforehand: all but the figures."""
    return {
        "job": job.name,
        "bounded": target.bounded,
        "sources": [{"source": read.source, "meter": read.meter} for read in job.reads],
        "accounts": [_described(account) for account in job.accounts],
        "results": [
            {"aggregate": one.aggregate.name, "meter": one.meter, "topic": one.aggregate.refused_topic}
            for one in guards_of(job, target)
        ],
    }


def _described(account: Account) -> Mapping[str, Any]:
    return {
        "feeds": account.feeds,
        "place": account.place,
        "sources": [{"source": name, "times": times} for name, times in account.sources],
        "filters": account.filters,
        "entry": account.entry,
        "gate": account.gate.meter if account.gate else None,
        "door": account.door,
        "tap": account.tap,
        "closes": bool(account.count and account.count.closes),
    }


def _milliseconds(width: timedelta) -> int:
    return width // timedelta(milliseconds=1)
