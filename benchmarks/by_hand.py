"""The other contender: the same statements in a PyFlink script, as one writes it without tally.

``python -m benchmarks.by_hand SPEC``: a JSON file with ``options`` and ``statements``, the last of them the INSERT.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pyflink.common import Configuration
from pyflink.table import EnvironmentSettings, TableEnvironment


def main(spec: Path) -> None:
    """Run the statements in a mini-cluster of this process, to the end."""
    document = json.loads(spec.read_text("utf-8"))
    configuration = Configuration()
    for key, value in document["options"].items():
        configuration.set_string(key, value)
    settings = (
        EnvironmentSettings.new_instance().in_streaming_mode().with_configuration(configuration).build()
    )
    environment = TableEnvironment.create(settings)
    for statement in document["statements"]:
        result = environment.execute_sql(statement)
    result.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
