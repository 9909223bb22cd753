"""The image of Dockerfile, built and run; needs an engine, and says so where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from docker.constants import DEFAULT_UNIX_SOCKET
from docker.errors import DockerException

from tally.settings import process_environment

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def engine() -> Iterator[docker.DockerClient]:
    local = Path(DEFAULT_UNIX_SOCKET.removeprefix("http+unix://"))
    # Asked first: the client leaves its socket open when it finds nothing there.
    if "DOCKER_HOST" not in process_environment() and not local.exists():
        pytest.skip(f"no container engine: there is no {local}, and DOCKER_HOST is not set")
    try:
        client = docker.from_env()
    except DockerException as error:
        pytest.skip(f"no container engine: {error}")
    yield client
    client.close()


@pytest.fixture(scope="module")
def image(engine: docker.DockerClient) -> str:
    built, _ = engine.images.build(path=str(ROOT), tag="tally-flink:test", rm=True)
    assert built.id
    return built.id


def output(engine: docker.DockerClient, image: str, *command: str) -> str:
    return engine.containers.run(image, list(command), remove=True, stderr=True).decode()


@pytest.mark.timeout(1800)
def test_the_image_runs_tally(engine: docker.DockerClient, image: str) -> None:
    assert "tally, version 0.1.0" in output(engine, image, "tally", "--version")


@pytest.mark.timeout(1800)
def test_the_image_has_flink_with_our_jars(engine: docker.DockerClient, image: str) -> None:
    assert "Version: 2.3.0" in output(engine, image, "flink", "--version")
    jars = output(engine, image, "sh", "-c", "ls -L /opt/flink/lib").split()
    kafka = {"flink-sql-connector-kafka-5.0.0-2.2.jar", "zstd-jni-1.5.6-10.jar"}
    assert {"tally-connectors.jar", *kafka} <= set(jars)


@pytest.mark.timeout(1800)
def test_the_interpreter_of_the_task_manager_finds_the_packages(
    engine: docker.DockerClient, image: str
) -> None:
    script = "import pemja, pyflink, tally; print('found')"
    assert "found" in output(engine, image, "/usr/bin/python3", "-c", script)
