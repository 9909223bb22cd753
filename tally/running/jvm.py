"""The JVM that PyFlink starts for this process: its class path, heap, configuration and logs.

PyFlink reads them from environment variables when the first Java object is asked for.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tally.settings import process_environment, set_process_variables


@dataclass(frozen=True)
class Jvm:
    """What the JVM is started with.

    Attributes:
        jars: connectors on its class path, so that each class is loaded once and not once a job.
        conf: folder with ``config.yaml`` and the log configuration.
        logs: folder for Flink's log.
        heap: its largest size, as ``1g``.
        python_path: folders that Python functions are imported from.
    """

    jars: Sequence[Path]
    conf: Path
    logs: Path
    heap: str
    python_path: Sequence[str] = ()

    def configure(self) -> None:
        """Set the variables that PyFlink reads; without effect once its JVM runs."""
        self.logs.mkdir(parents=True, exist_ok=True)
        given = process_environment()
        class_path = ":".join([*(str(jar) for jar in self.jars), given.get("HADOOP_CLASSPATH", "")])
        packages = ":".join([*self.python_path, sysconfig.get_path("purelib"), given.get("PYTHONPATH", "")])
        set_process_variables(
            {
                "FLINK_CONF_DIR": str(self.conf),
                "FLINK_LOG_DIR": str(self.logs),
                # The one variable that PyFlink appends to its class path.
                "HADOOP_CLASSPATH": class_path.rstrip(":"),
                # The interpreter inside the JVM looks for the first python3 here to find its standard library.
                "PATH": ":".join([str(Path(sys.executable).parent), given.get("PATH", "")]).rstrip(":"),
                # The interpreter inside the JVM knows nothing of this one's virtual environment.
                "PYTHONPATH": packages.rstrip(":"),
                "JVM_ARGS": f"-Xmx{self.heap} -XX:+UseParallelGC {given.get('JVM_ARGS', '')}".strip(),
            }
        )
