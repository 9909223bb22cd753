"""The stack on this machine: real servers started, killed, frozen, starved and stopped."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile
from cassandra.policies import WhiteListRoundRobinPolicy
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

from tally.settings import Settings, StackSettings
from tally.stack import Addresses, Health, ServiceStatus, Stack
from tally.stack.errors import (
    NotEnoughMemory,
    PortInUse,
    ServerCrashed,
    ServerOutOfMemory,
    ServerSilent,
)
from tests.e2e.topics import make_topic

TALLY = (sys.executable, "-c", "from tally.cli import main; main()")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Stack]:
    """A stack that one test may break; nothing of it runs yet."""
    own = Stack(tmp_path, Settings())
    yield own
    own.down(wipe=True)


def with_stack(stack: Stack, **settings: int | str) -> Stack:
    """The same folder under other settings."""
    return dataclasses.replace(stack, settings=Settings(stack=StackSettings.model_validate(settings)))


def by_name(statuses: tuple[ServiceStatus, ...]) -> dict[str, ServiceStatus]:
    return {status.name: status for status in statuses}


def kill(status: ServiceStatus) -> None:
    process = psutil.Process(status.pids[0])
    process.kill()
    process.wait(30)


def processes_under(folder: Path) -> list[str]:
    """Every process on this machine that has ``folder`` in its command line."""
    commands = (process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"]))
    return [" ".join(command)[:200] for command in commands if any(str(folder) in part for part in command)]


def test_ready_means_answering(stack: Stack) -> None:
    statuses = by_name(stack.status())
    assert (statuses["kafka"].health, statuses["cassandra"].health) == (Health.READY, Health.READY)
    assert stack.addresses() == Addresses(statuses["kafka"].address, statuses["cassandra"].address, None)
    assert statuses["kafka"].data_bytes > 0
    assert statuses["cassandra"].memory > 0
    assert (statuses["kafka"].logs / "broker.log").is_file()


def test_up_again_leaves_what_runs_alone(stack: Stack) -> None:
    before = {status.name: status.pids for status in stack.status()}
    stages: list[tuple[str, str]] = []
    stack.up(on_progress=lambda progress: stages.append((progress.service, progress.stage)))
    assert {status.name: status.pids for status in stack.status()} == before
    assert sorted(stages) == sorted(
        (name, stage) for name in ("kafka", "cassandra") for stage in ("running", "ready")
    )


def test_topics_are_not_made_by_asking_for_them(stack: Stack) -> None:
    client = AdminClient({"bootstrap.servers": stack.addresses().kafka})
    metadata = client.list_topics("never-created", timeout=10)
    assert metadata.topics["never-created"].error is not None
    assert "never-created" not in client.list_topics(timeout=10).topics


def test_data_and_ports_survive_down_and_up_and_wipe_removes_them(own: Stack) -> None:
    own.up()
    first = own.addresses()
    write_row(first)
    write_message(first)
    assert own.down() == ("kafka", "cassandra")
    assert {status.health for status in own.status()} == {Health.STOPPED}
    assert own.addresses() == Addresses(None, None, None)
    assert processes_under(own.root) == []

    own.up()
    assert own.addresses() == first
    assert read_row(first) == "kept"
    assert read_message(first) == b"kept"

    own.down(wipe=True)
    assert [path for path in (own.root / ".tally" / "stack").iterdir() if path.is_dir()] == []


def write_row(addresses: Addresses) -> None:
    with cluster(addresses) as connected:
        session = connected.connect()
        replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}"
        session.execute(f"CREATE KEYSPACE shop WITH replication = {replication}")
        session.execute("CREATE TABLE shop.orders (id int PRIMARY KEY, note text)")
        session.execute("INSERT INTO shop.orders (id, note) VALUES (1, 'kept')")


def read_row(addresses: Addresses) -> str:
    with cluster(addresses) as connected:
        return connected.connect().execute("SELECT note FROM shop.orders WHERE id = 1").one().note


def cluster(addresses: Addresses) -> Cluster:
    assert addresses.cassandra
    host, port = addresses.cassandra.split(":")
    profile = ExecutionProfile(load_balancing_policy=WhiteListRoundRobinPolicy([host]))
    profiles = {EXEC_PROFILE_DEFAULT: profile}
    return Cluster(
        [host], port=int(port), protocol_version=5, connect_timeout=10, execution_profiles=profiles
    )


def write_message(addresses: Addresses) -> None:
    make_topic(addresses.kafka, "orders")
    producer = Producer({"bootstrap.servers": addresses.kafka})
    producer.produce("orders", b"kept")
    assert producer.flush(30) == 0


def read_message(addresses: Addresses) -> bytes | None:
    start = {"group.id": "reader", "auto.offset.reset": "earliest"}
    consumer = Consumer({"bootstrap.servers": addresses.kafka, **start})
    consumer.subscribe(["orders"])
    message = consumer.poll(30)
    consumer.close()
    return message.value() if message and not message.error() else None


def test_a_killed_server_is_shown_with_its_log_and_alone_started_again(own: Stack) -> None:
    before = by_name(own.up())
    kill(before["cassandra"])

    half = by_name(own.status())
    assert half["kafka"].health is Health.READY
    assert half["cassandra"].health is Health.CRASHED
    assert (half["cassandra"].address, half["cassandra"].pids) == (None, ())
    assert half["cassandra"].last_lines
    assert own.addresses().cassandra is None

    after = by_name(own.up())
    assert after["kafka"].pids == before["kafka"].pids
    assert after["cassandra"].health is Health.READY
    assert after["cassandra"].address == before["cassandra"].address


def test_a_frozen_server_is_silent(own: Stack) -> None:
    [kafka] = own.up(("kafka",))
    os.kill(kafka.pids[0], signal.SIGSTOP)
    try:
        status = by_name(own.status())["kafka"]
        assert (status.health, status.pids) == (Health.SILENT, kafka.pids)
        assert status.last_lines
        with pytest.raises(ServerSilent) as caught:
            own.up(("kafka",), timeout=0.5)
    finally:
        os.kill(kafka.pids[0], signal.SIGCONT)
    error = caught.value
    assert error.message == "kafka runs but did not answer for 0 s; its last log lines:"
    assert error.hint == f"the whole log is {error.log}; `tally down` and `tally up` start it anew"
    assert str(error).splitlines()[1:-1] == [f"  | {line}" for line in error.last_lines]
    # It ran before that call, so it is not the call's to stop.
    assert by_name(own.up(("kafka",)))["kafka"].pids == kafka.pids


def test_a_configured_port_is_used_and_refused_when_taken(own: Stack) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        configured = with_stack(own, kafka_port=port)
        with pytest.raises(PortInUse) as caught:
            configured.up(("kafka",))
    assert str(caught.value) == (
        f"port {port} for kafka is in use by another program\n"
        "hint: stop that program, or set stack.kafka_port to another port, or to 0 for a free one"
    )
    assert processes_under(own.root) == []
    configured.up(("kafka",))
    assert configured.addresses().kafka == f"127.0.0.1:{port}"


def test_a_kept_port_that_another_program_took_is_replaced(own: Stack) -> None:
    own.up(("kafka",))
    kept = own.addresses().kafka
    assert kept
    own.down()
    with socket.create_server(("127.0.0.1", int(kept.split(":")[1]))):
        own.up(("kafka",))
        assert own.addresses().kafka not in (None, kept)


def test_more_memory_than_there_is_starts_nothing(own: Stack) -> None:
    with pytest.raises(NotEnoughMemory) as caught:
        with_stack(own, kafka_memory="9000g").up()
    error = caught.value
    assert error.services == ("kafka", "cassandra")
    assert error.needed == 9000 * 2**30 + 200 * 2**20 + 2**30 + 400 * 2**20
    assert 0 < error.available <= psutil.virtual_memory().total
    assert error.message == (
        f"kafka, cassandra: 9217624 MiB of memory needed, {error.available / 2**20:.0f} MiB free"
    )
    assert error.hint == (
        "close other programs, or lower stack.kafka_memory and stack.cassandra_memory in [tool.tally]"
    )
    assert processes_under(own.root) == []


def test_too_little_memory_for_the_server_names_the_setting(own: Stack) -> None:
    with pytest.raises(ServerOutOfMemory) as caught:
        with_stack(own, kafka_memory="24m").up(("kafka",))
    error = caught.value
    assert error.message == "kafka ran out of memory; its last log lines:"
    assert error.last_lines[-1] == "Terminating due to java.lang.OutOfMemoryError: Java heap space"
    assert error.hint == (
        f"give it more with stack.kafka_memory in [tool.tally]; the whole log is {error.log}"
    )
    assert by_name(own.status())["kafka"].health is Health.STOPPED


def test_one_server_that_cannot_start_leaves_none_half_started(own: Stack) -> None:
    with pytest.raises(ServerCrashed) as caught:
        with_stack(own, cassandra_memory="1m").up()
    error = caught.value
    assert error.message == "cassandra ended by itself; its last log lines:"
    assert "Too small maximum heap" in error.last_lines
    assert error.hint == f"the whole log is {error.log}; `tally up` starts it again"
    assert processes_under(own.root) == []
    assert error.log.is_file()


def test_two_calls_at_once_start_one_stack(own: Stack) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: own.up(("kafka",)), range(2))
    assert first[0].pids == second[0].pids
    assert len(processes_under(own.root)) == 1


def test_down_stops_no_other_process(own: Stack) -> None:
    [kafka] = own.up(("kafka",))
    with subprocess.Popen(["sleep", "600"]) as other:
        state = own.root / ".tally" / "stack" / "kafka" / "state.json"
        document = json.loads(state.read_text())
        ours = dict(document["processes"]["broker"])
        # As after a restart of the machine: the number is in use again, by a process that started later.
        document["processes"]["broker"]["pid"] = other.pid
        state.write_text(json.dumps(document))
        assert own.down() == ()
        assert other.poll() is None
        other.kill()
    assert psutil.pid_exists(kafka.pids[0])
    document["processes"]["broker"] = ours
    state.write_text(json.dumps(document))
    assert own.down() == ("kafka",)


def test_a_flink_cluster_offers_its_slots(own: Stack) -> None:
    [flink] = own.up(("flink",))
    assert (flink.health, len(flink.pids)) == (Health.READY, 2)
    with urlopen(f"http://{flink.address}/overview", timeout=10) as response:
        overview = json.load(response)
    assert (overview["taskmanagers"], overview["slots-total"]) == (1, 8)
    with urlopen(f"http://{flink.address}/jobmanager/config", timeout=10) as response:
        config = {entry["key"]: entry["value"] for entry in json.load(response)}
    assert config["pipeline.object-reuse"] == "true"
    assert config["python.executable"] == sys.executable
    own.down()
    assert processes_under(own.root) == []


def test_the_commands_end_to_end(own: Stack) -> None:
    (own.root / "sql").mkdir()

    def tally(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*TALLY, *arguments], cwd=own.root, capture_output=True, text=True, timeout=180, check=False
        )

    up = tally("up")
    assert up.returncode == 0, up.stderr
    addresses = own.addresses()
    assert up.stdout == (
        f"kafka      {addresses.kafka}\n"
        f"cassandra  {addresses.cassandra}\n"
        f"logs: {own.root}/.tally/stack/*/logs\n"
    )
    shown = json.loads(tally("status", "--json").stdout)
    assert [(one["service"], one["health"], one["address"]) for one in shown] == [
        ("kafka", "ready", addresses.kafka),
        ("cassandra", "ready", addresses.cassandra),
        ("flink", "stopped", None),
    ]
    kill(by_name(own.status())["kafka"])
    table = tally("status")
    assert table.returncode == 0
    assert (
        f"kafka is crashed; the end of its log in {own.root}/.tally/stack/kafka/logs:\n  | " in table.stdout
    )
    down = tally("down", "--wipe")
    assert (down.returncode, down.stdout) == (0, f"removed {own.root}/.tally/stack\n")
    assert tally("down").stdout == "nothing was running\n"
