"""The Flink cluster that commands talk to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tally.cli.context import project
from tally.stack import addresses

if TYPE_CHECKING:
    from tally.running.rest import Rest


def cluster() -> Rest:
    """Return the cluster that the settings name, else the one of `tally up --flink`.

    Raises:
        ClusterUnreachable: there is neither.
        NoProject, UnknownSetting, WrongSetting: the project is wrong.
    """
    from tally.running.errors import ClusterUnreachable  # noqa: PLC0415
    from tally.running.rest import Rest  # noqa: PLC0415

    address = addresses(*project()).flink
    if address is None:
        raise ClusterUnreachable(None)
    return Rest(address)
