"""The options that a Job's tables get when it is handed to Flink: addresses, credentials, bounds.

A Job holds none of them, so that one Job runs in every environment and its text shows no secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tally.planning.job import Job, Source
from tally.planning.plan import PlanTable
from tally.planning.routing import UPSERTS_CONNECTOR, dead_table
from tally.planning.sinks import UNSET, sink_options, sink_table
from tally.serving.errors import CassandraUnreachable, KafkaUnreachable
from tally.settings import AccountSettings, CassandraSettings

BOOTSTRAP = "properties.bootstrap.servers"
CONTACT_POINTS = "contact-points"
_GUARANTEE = "sink.delivery-guarantee"
_END = {"scan.bounded.mode": "latest-offset"}


@dataclass(frozen=True)
class Target:
    """Where a job reads and writes.

    Attributes:
        kafka: bootstrap servers, ``host:port`` by comma; None where none are known.
        cassandra: contact points, ``host:port`` by comma; None where none are known.
        settings: of Cassandra.
        bounded: whether sources end at the topics' present end.
        accounts: topic that jobs keep their accounts on.
    """

    kafka: str | None
    cassandra: str | None
    settings: CassandraSettings
    bounded: bool = False
    accounts: str = AccountSettings().topic


def connected_plan(job: Job, target: Target) -> str:
    """Return the job's compiled plan with every table connected.

    Raises:
        KafkaUnreachable, CassandraUnreachable: a table is there, and no address is known.
    """
    derived = {sink_table(a.name, sink): sink_options(sink) for a in job.aggregates for sink in a.sinks}

    dead = {dead_table(source.name): _delivery(job, source, target, "dead") for source in job.sources}

    def options_of(table: PlanTable) -> Mapping[str, str]:
        known = {**derived.get(table.name, {}), **dead.get(table.name, {})}
        return table_options(table, {**table.options, **known}, target)

    return job.plan.connected(options_of)


def late_options(job: Job, target: Target) -> dict[str, dict[str, str]]:
    """Return how the late rows of each source are written that has gates: as its dead letters are.

    Raises:
        KafkaUnreachable: no address is known.
    """
    gated = {gate.source for gate in job.gates}
    tables = {table.name: table for table in job.plan.tables("sink")}
    found = {}
    for source in job.sources:
        if source.name in gated:
            table = tables[dead_table(source.name)]
            written = {**table.options, **_delivery(job, source, target, "late")}
            found[source.name] = table_options(table, written, target)
    return found


def refused_options(job: Job, target: Target) -> dict[str, str]:
    """Return how the refused rows of a job are written: where and as the dead letters of its first source are.

    Raises:
        KafkaUnreachable: no address is known.
    """
    written = {BOOTSTRAP: UNSET, **_prefix(target, job.name, "refused")}
    tables = {table.name: table for table in job.plan.tables("sink")}
    if job.reads:
        table = tables[dead_table(job.reads[0].source)]
        written = {**table.options, **written}
    if target.bounded:
        written[_GUARANTEE] = "at-least-once"
    return _connected(written, target)


def account_options(job: Job, target: Target) -> dict[str, str]:
    """Return how a job's account is written: where the dead letters of its first source are, but always exactly once.

    An account must not be read before its checkpoint is complete, or after a failure it is of rows that never were.

    Raises:
        KafkaUnreachable: no address is known.
    """
    first = dead_table(job.reads[0].source)
    table = next(table for table in job.plan.tables("sink") if table.name == first)
    written = {**table.options, **_prefix(target, job.name, "account"), _GUARANTEE: "exactly-once"}
    return table_options(table, written, target)


def table_options(table: PlanTable, options: dict[str, str], target: Target) -> dict[str, str]:
    """Return the options of one table, connected; what a file writes itself is left as it is.

    Raises:
        KafkaUnreachable, CassandraUnreachable: it is there, and no address is known.
    """
    connector = options.get("connector")
    options = _connected(options, target)
    if connector == "cassandra":
        options |= _cassandra_options(options, target)
    if connector == "kafka" and table.role == "source":
        # Of changes, not of rows: tally's own source stops at a record that is undecodable.
        options["connector"] = connector = "tally-kafka"
    if connector == "tally-kafka":
        options |= _bounds(target)
    if connector == "upsert-kafka" and table.role == "source":
        options["connector"] = connector = UPSERTS_CONNECTOR
    if connector == UPSERTS_CONNECTOR and target.bounded:
        options |= _END  # it always begins at the beginning
    return options


def _connected(options: dict[str, str], target: Target) -> dict[str, str]:
    if options.get(BOOTSTRAP) != UNSET:
        return options
    if target.kafka is None:
        raise KafkaUnreachable(None)
    return {**options, BOOTSTRAP: target.kafka}


def _cassandra_options(options: Mapping[str, str], target: Target) -> dict[str, str]:
    settings = target.settings
    connected = {
        "keyspace": settings.keyspace,
        "local-datacenter": settings.local_datacenter,
        "consistency-level": settings.consistency_level,
    }
    if settings.username is not None and settings.password is not None:
        connected |= {"username": settings.username, "password": settings.password.get_secret_value()}
    written = {key for key, value in options.items() if value != UNSET}
    if CONTACT_POINTS not in written:
        if target.cassandra is None:
            raise CassandraUnreachable(None)
        connected[CONTACT_POINTS] = target.cassandra.replace(",", ";")
    return {key: value for key, value in connected.items() if key not in written}


def _delivery(job: Job, source: Source, target: Target, kind: str) -> dict[str, str]:
    prefix = _prefix(target, job.name, source.name, kind)
    if not target.bounded:
        return prefix
    # It goes on from no checkpoint, so it writes nothing twice; one transaction would have to last as long as the run,
    # and Kafka ends it, with all that is in it, after 15 minutes.
    return {**prefix, _GUARANTEE: "at-least-once"}


def _prefix(target: Target, *names: str) -> dict[str, str]:
    # Two jobs of one prefix would abort each other's transactions, a bounded run and a continuous one also.
    run = "/bounded" if target.bounded else ""
    # No name holds a slash.
    return {"sink.transactional-id-prefix": f"tally{run}/{'/'.join(names)}"}


def _bounds(target: Target) -> dict[str, str]:
    if not target.bounded:
        return {}
    return {"scan.startup.mode": "earliest-offset", **_END}
