"""A mistake of Flink 2.1 to 2.3, found in a compiled plan: a latest row that is planned as if it never changed.

``ROW_NUMBER() ... = 1`` over rows that only come in is planned as insert-only unless it is ordered by one column,
descending: ``RankUtil.keepLastDeduplicateRow`` answers for Deduplicate, and Rank is planned by its answer. Whatever
reads it then counts each new version of a row as one row more. With mini-batch the planner expects changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tally.planning.plan import Plan

MINI_BATCH = "table.exec.mini-batch.enabled"
# Flink's own defaults, 0 ms and -1, are refused once mini-batch is on.
MINI_BATCH_BOUNDS: Mapping[str, str] = {
    "table.exec.mini-batch.allow-latency": "1 s",
    "table.exec.mini-batch.size": "50000",
}


def is_misjudged(plan: Plan) -> bool:
    """Tell whether the plan, compiled without mini-batch, may hold a latest row that is thought never to change."""
    return any(_is_latest_row(node) and not _is_last_by_one_column(node) for node in plan.nodes)


def _is_latest_row(node: Mapping[str, Any]) -> bool:
    if not str(node["type"]).startswith("stream-exec-rank_") or node["outputRowNumber"]:
        return False
    ranks = node["rankRange"]
    return bool(ranks.get("start") == ranks.get("end") == 1)


def _is_last_by_one_column(node: Mapping[str, Any]) -> bool:
    fields = node["orderBy"]["fields"]
    return len(fields) == 1 and not fields[0]["isAscending"]
