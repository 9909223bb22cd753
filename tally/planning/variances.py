"""STDDEV_* and VAR_* in a compiled plan, which Flink 2.3 writes and cannot read back.

Flink makes them of COUNT and of an internal function of its own, whose name in the plan no lookup finds. tally's
function of the same meaning (``io.tally.connectors.statistics``) takes its place, with another accumulator: Flink's
loses values that are taken back before they came, as they are in a mini-batch.
"""

from __future__ import annotations

import json
import re

from tally.planning.plan import Plan

NAME = "$squared_deviations"
"""Of the function, for plans alone: no query calls it."""

_FLINKS = {"internalName": "$$WELFORD_M2$1$1"}
_OURS = {"systemName": NAME}
_FLINKS_ACCUMULATOR = re.compile(
    r"STRUCTURED<'org\.apache\.flink\.table\.runtime\.functions\.aggregate\."
    r"WelfordM2AggFunction\$WelfordM2Accumulator', [^>]*>"
)
_ACCUMULATOR = (
    "STRUCTURED<'io.tally.connectors.statistics.Deviations', `count` BIGINT NOT NULL, `sum` DOUBLE NOT NULL, "
    "`sumRest` DOUBLE NOT NULL, `squares` DOUBLE NOT NULL, `squaresRest` DOUBLE NOT NULL, `unusable` BIGINT NOT NULL>"
)


def with_variances(plan: Plan) -> Plan:
    """Return the plan with tally's function in the place of Flink's."""
    # A text of the query has its quotes escaped, so what is replaced is the plan's own.
    text = plan.text.replace(json.dumps(_FLINKS)[1:-1], json.dumps(_OURS)[1:-1])
    return Plan(_FLINKS_ACCUMULATOR.sub(_ACCUMULATOR, text))
