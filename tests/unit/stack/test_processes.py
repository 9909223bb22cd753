"""Child processes: they outlive their starter, are recognised, and end with all that is theirs."""

from __future__ import annotations

import dataclasses
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tally.stack.errors import CannotStop, StackError
from tally.stack.processes import Child, Launch, find, free_ports, is_free, listens, start, stop


def test_a_process_outlives_the_program_that_started_it(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from tally.stack.processes import Launch, start\n"
        "child = start(Launch(('sleep', '600')), Path(sys.argv[1]), Path(sys.argv[1]) / 'log')\n"
        "print(child.pid, child.started)"
    )
    done = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, check=True)
    pid, started = done.stdout.split()
    child = Child(int(pid), float(started))
    process = find(child)
    assert process
    assert process.cmdline() == ["sleep", "600"]
    stop("sleeper", [child])
    assert find(child) is None


def test_its_output_and_variables(tmp_path: Path) -> None:
    log = tmp_path / "a log"
    launch = Launch(("sh", "-c", "echo $GREETING; exec sleep 600"), before=("echo", "it's first"))
    child = start(dataclasses.replace(launch, env={"GREETING": "hello"}), tmp_path, log)
    while log.read_text().count("\n") < 2:
        assert find(child)
        time.sleep(0.01)
    stop("greeter", [child], patience=0)
    assert log.read_text() == "it's first\nhello\n"


def test_a_failed_first_command_starts_nothing(tmp_path: Path) -> None:
    child = start(Launch(("touch", "started"), before=("false",)), tmp_path, tmp_path / "log")
    while find(child):
        time.sleep(0.01)
    assert not (tmp_path / "started").exists()


def test_a_process_that_ignores_the_request_is_killed_with_its_children(tmp_path: Path) -> None:
    stubborn = "trap '' TERM; sleep 601 & echo $!; wait; while true; do sleep 602; done"
    log = tmp_path / "log"
    child = start(Launch(("sh", "-c", stubborn)), tmp_path, log)
    while not log.read_text().strip():
        assert find(child)
        time.sleep(0.01)
    grandchild = psutil.Process(int(log.read_text()))
    stop("stubborn", [child], patience=0.3)
    assert find(child) is None
    assert not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE


def test_another_process_of_the_same_number_is_not_ours(tmp_path: Path) -> None:
    child = start(Launch(("sleep", "600")), tmp_path, tmp_path / "log")
    earlier = dataclasses.replace(child, started=child.started - 1)
    assert find(earlier) is None
    stop("earlier", [earlier], patience=0)
    assert find(child)
    stop("sleeper", [child], patience=0)


def test_a_zombie_is_not_running() -> None:
    with subprocess.Popen(["true"]) as parentless:
        process = psutil.Process(parentless.pid)
        while process.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        stat = Path(f"/proc/{parentless.pid}/stat").read_text()
        started = float(stat.rpartition(")")[2].split()[19])
        assert find(Child(parentless.pid, started)) is None


def test_ports() -> None:
    ports = free_ports(3)
    assert len(set(ports)) == 3
    assert all(is_free(port) and not listens(port) for port in ports)


def test_free_ports_are_none_that_clients_are_given() -> None:
    of_clients = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    assert max(free_ports(100)) < int(of_clients[0])


def test_a_port_that_is_taken_is_not_drawn() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        [free], used = free_ports(1), taken.getsockname()[1]
        assert free_ports(2, (used, free)) == [free]


def test_what_a_process_that_does_not_stop_says() -> None:
    error: StackError = CannotStop("kafka", 4711)
    assert str(error) == "kafka (process 4711) does not stop\nhint: look at it with `ps -fp 4711`"
    with pytest.raises(StackError):
        raise error
