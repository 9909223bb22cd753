"""Sources whose rows meet in one query, and so wait for each other's time: companions.

A topic that has never had an event has no time of its own, and would hold back all that it meets; so it follows the
other topics of its query, as an empty partition follows those of its topic (``io.tally.connectors.clock``). Each
source that has companions is told the name of their group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from tally.planning.plan import Plan, PlanTable
from tally.planning.routing import CLOCK_GROUP, RECORDS_CONNECTOR, UPSERTS_CONNECTOR, source_of

_TIMED = (RECORDS_CONNECTOR, UPSERTS_CONNECTOR)


def with_companions(plan: Plan) -> Plan:
    """Return the plan with the group of each source that meets another in it."""
    groups = _groups(plan)

    def options(table: PlanTable) -> Mapping[str, str]:
        group = {CLOCK_GROUP: groups[table.node]} if table.node in groups else {}
        return {**table.options, **group}

    return Plan(plan.connected(options))


def _groups(plan: Plan) -> dict[int, str]:
    """Return the name of the group of each source that has companions, by node."""
    tables = {t.node: t for t in plan.tables("source") if t.options.get("connector") in _TIMED}
    groups: list[set[int]] = []
    for met in _meetings(plan):
        sources = met & tables.keys()
        joined = [group for group in groups if group & sources]
        groups = [group for group in groups if not group & sources] + [sources.union(*joined)]
    return {
        node: ", ".join(sorted({source_of(tables[one].name) for one in group}))
        for group in groups
        if len(group) > 1
        for node in group
    }


def _meetings(plan: Plan) -> Iterator[set[int]]:
    """Yield the nodes that feed each node of several inputs."""
    inputs = Counter(edge["target"] for edge in plan.edges)
    for node, count in inputs.items():
        if count > 1:
            yield {one["id"] for one in plan.upstream(node)}
