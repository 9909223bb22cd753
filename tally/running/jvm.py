"""The JVM that PyFlink starts for this process: its class path, heap, configuration and logs.

PyFlink reads them from environment variables when the first Java object is asked for.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyflink import pyflink_gateway_server
from pyflink.java_gateway import get_gateway

from tally.settings import process_environment, set_process_variables

PLANNING = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""For a JVM that plans and ends: most of its code runs once, and compiling it well costs more than it saves."""

RUNNING = (
    "-XX:+UseParallelGC",
    # Ten times Java's own: the planner's code is over before it is worth its optimising compiler, and what runs for
    # each record comes by these counts within its first second.
    "-XX:Tier4InvocationThreshold=50000",
    "-XX:Tier4MinInvocationThreshold=6000",
    "-XX:Tier4CompileThreshold=150000",
    "-XX:Tier4BackEdgeThreshold=400000",
)
"""For a JVM that runs jobs."""

_POPEN = pyflink_gateway_server.Popen

RECORDING = ("-XX:+RecordDynamicDumpInfo", "-Xlog:cds=off", "-Xlog:cds+dynamic=off")
"""For a JVM whose loaded classes ``write_class_archive`` writes."""


@dataclass(frozen=True)
class Jvm:
    """What the JVM is started with.

    Attributes:
        jars: connectors on its class path, so that each class is loaded once and not once a job.
        conf: folder with ``config.yaml`` and the log configuration.
        logs: folder for Flink's log.
        heap: its largest size, as ``1g``.
        python_path: folders that Python functions are imported from.
        options: of Java, ``PLANNING`` or ``RUNNING``, and those of a class archive.
    """

    jars: Sequence[Path]
    conf: Path
    logs: Path
    heap: str
    python_path: Sequence[str] = ()
    options: Sequence[str] = RUNNING

    def configure(self) -> None:
        """Set the variables that PyFlink reads; without effect once its JVM runs."""
        self.logs.mkdir(parents=True, exist_ok=True)
        _keep_errors(self.logs / "flink-jvm.err")
        given = process_environment()
        asked = given.get("JVM_ARGS", "")
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
                "JVM_ARGS": " ".join([f"-Xmx{self.heap}", *_fitting(self.options, asked), asked]).strip(),
            }
        )


def _keep_errors(path: Path) -> None:
    """Let the JVM write its standard error to a file.

    PyFlink gives it a pipe that nobody reads. Once that is full, whatever writes a line more stands still, and all
    that waits for it: Log4j complaining of a message, or a Python function that prints.
    """

    def launched(*command: Any, **options: Any) -> Any:
        with path.open("wb") as errors:
            process = _POPEN(*command, **{**options, "stderr": errors})
        # Where the JVM does not start, PyFlink says what stands there.
        process.stderr = path.open("rb")
        return process

    pyflink_gateway_server.Popen = launched


def _fitting(options: Sequence[str], asked: str) -> list[str]:
    """Return the options without a collector where ``asked`` names one: Java refuses two."""
    own = [option for option in options if option.startswith("-XX:+Use") and option.endswith("GC")]
    return [option for option in options if option not in own or "GC" not in asked]


def write_class_archive(archive: Path) -> None:
    """Write what PyFlink's JVM has loaded; it was started with ``RECORDING``.

    It is asked as ``jcmd VM.cds dynamic_dump`` would ask it.
    """
    gateway = get_gateway()
    java = gateway.jvm.java.lang
    server = java.management.ManagementFactory.getPlatformMBeanServer()
    commands = gateway.jvm.javax.management.ObjectName("com.sun.management:type=DiagnosticCommand")
    given = _array(java.Object, [_array(java.String, ["dynamic_dump", str(archive)])])
    signature = _array(java.String, ["[Ljava.lang.String;"])
    # The server's own class is hidden from reflection; its interface is not.
    methods = java.Class.forName("javax.management.MBeanServer").getMethods()
    [invoke] = [method for method in methods if method.getName() == "invoke"]
    invoke.invoke(server, _array(java.Object, [commands, "vmCds", given, signature]))


def _array(java_class: Any, values: Sequence[Any]) -> Any:
    array = get_gateway().new_array(java_class, len(values))
    for position, value in enumerate(values):
        array[position] = value
    return array
