"""A standalone Flink cluster, a job and a task manager, from the distribution inside PyFlink."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from ruamel.yaml import YAML

from tally.flink_conf import read_flink_conf
from tally.settings import process_environment
from tally.stack.jars import flink_jars
from tally.stack.java import Java
from tally.stack.processes import Launch
from tally.stack.service import HOST, bytes_of
from tally.stack.state import Home

_SIZES = ("jobmanager.memory.process.size", "taskmanager.memory.process.size")


@dataclass(frozen=True)
class Flink:
    """The cluster: the folder of its configuration, and the configured REST port (0: any)."""

    conf: Path
    configured_port: int

    name = "flink"
    main_port = "rest"
    port_setting = "flink_port"
    memory_setting = f"{' and '.join(_SIZES)} in flink-conf/config.yaml"
    port_names = ("rest", "rpc")

    @property
    def memory(self) -> int:
        """Return what both processes are configured to take."""
        settings = self._settings()
        return sum(bytes_of(str(settings[size])) for size in _SIZES)

    def prepare(self, home: Home, ports: Mapping[str, int], java: Java) -> dict[str, Launch]:
        """Write the configuration, and bring the jars into one class path."""
        conf = _write_conf(home, self.conf, self._settings() | _overrides(home, ports))
        distribution = flink_distribution()
        lib = _collect_jars(home, distribution)
        env = {
            "FLINK_HOME": str(distribution),
            "FLINK_CONF_DIR": str(conf),
            "FLINK_LIB_DIR": str(lib),
            "FLINK_LOG_DIR": str(home.logs),
            "FLINK_PID_DIR": str(home.folder),
            "JAVA_HOME": str(java.executable.resolve().parents[1]),
            **_python_variables(),
        }
        scripts = {"jobmanager": "jobmanager.sh", "taskmanager": "taskmanager.sh"}
        return {
            name: Launch(("/bin/bash", str(distribution / "bin" / script), "start-foreground"), env=env)
            for name, script in scripts.items()
        }

    def answers(self, ports: Mapping[str, int]) -> bool:
        """Ask the REST API for the slots that the task manager offers."""
        try:
            with urlopen(f"http://{HOST}:{ports['rest']}/overview", timeout=2.0) as response:
                slots = int(json.load(response)["slots-total"])
        except (URLError, ConnectionError, TimeoutError, KeyError, ValueError):
            return False
        return slots >= int(str(self._settings()["taskmanager.numberOfTaskSlots"]))

    def _settings(self) -> dict[str, object]:
        return {**read_flink_conf(self.conf)}


def flink_distribution() -> Path:
    """Return the folder of the PyFlink package, which holds bin/, lib/ and opt/."""
    spec = importlib.util.find_spec("pyflink")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pyflink is not installed")
    return Path(spec.origin).parent


def _overrides(home: Home, ports: Mapping[str, int]) -> dict[str, object]:
    return {
        "rest.address": HOST,
        "rest.bind-address": HOST,
        "rest.port": ports["rest"],
        "rest.bind-port": str(ports["rest"]),
        "jobmanager.rpc.address": HOST,
        "jobmanager.rpc.port": ports["rpc"],
        "jobmanager.bind-host": HOST,
        # Both start at once: the task manager asks again soon in place of after 10 s.
        "cluster.registration.error-delay": "500 ms",
        "taskmanager.host": HOST,
        "taskmanager.bind-host": HOST,
        "execution.checkpointing.dir": (home.data / "checkpoints").as_uri(),
        "execution.checkpointing.savepoint-dir": (home.data / "savepoints").as_uri(),
        "io.tmp.dirs": str(home.folder / "tmp"),
        "web.upload.dir": str(home.folder / "tmp"),
        "python.executable": sys.executable,
        "python.client.executable": sys.executable,
    }


def _write_conf(home: Home, source: Path, settings: Mapping[str, object]) -> Path:
    """Copy the configuration, with this cluster's addresses and folders in place of its own."""
    conf = home.folder / "conf"
    shutil.rmtree(conf, ignore_errors=True)
    shutil.copytree(source, conf)
    (home.folder / "tmp").mkdir(exist_ok=True)
    yaml = YAML(typ="safe")
    yaml.default_flow_style = False
    with (conf / "config.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(dict(settings), file)
    return conf


def _collect_jars(home: Home, distribution: Path) -> Path:
    lib = home.folder / "lib"
    shutil.rmtree(lib, ignore_errors=True)
    lib.mkdir()
    jars = [*(distribution / "lib").glob("*.jar"), *(distribution / "opt").glob("flink-python-*.jar")]
    for jar in jars:
        (lib / jar.name).symlink_to(jar)
    # Copied, since a cluster that runs goes on loading classes from them while they are built anew.
    for jar in flink_jars():
        shutil.copyfile(jar, lib / jar.name)
    return lib


def _python_variables() -> dict[str, str]:
    """Return what makes an interpreter inside the task manager see this environment's packages."""
    packages = sysconfig.get_paths()["purelib"]
    path = f"{Path(sys.executable).parent}:{process_environment().get('PATH', '')}"
    return {"PYTHONPATH": packages, "PATH": path}
