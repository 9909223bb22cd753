"""docker-compose.yml and Dockerfile, without an engine: valid, pinned, health-checked, in step with the rest."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from ruamel.yaml import YAML

from tally.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
SERVERS = ("kafka", "cassandra", "jobmanager", "taskmanager")
ONE_SHOT = ("feed", "submit")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text("utf-8"))
    assert isinstance(document, dict)
    return document


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The Compose Specification's schema, as the check-jsonschema package carries it."""
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    document = json.loads(schema.read_text("utf-8"))
    assert isinstance(document, dict)
    return document


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text("utf-8")


def pinned_version(name: str) -> str:
    pom = ElementTree.parse(ROOT / "jars" / "pom.xml")
    found = pom.find(f".//{{*}}properties/{{*}}{name}.version")
    assert found is not None
    assert found.text
    return found.text


def test_the_schema_accepts_it(compose: dict[str, Any], schema: dict[str, Any]) -> None:
    jsonschema.validate(compose, schema)


def test_the_schema_would_refuse_a_mistake(compose: dict[str, Any], schema: dict[str, Any]) -> None:
    wrong = json.loads(json.dumps(compose))
    wrong["services"]["submit"]["depends_on"]["kafka"]["condition"] = "service_helthy"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)


def test_services(compose: dict[str, Any]) -> None:
    assert tuple(compose["services"]) == (*SERVERS, *ONE_SHOT)


def test_every_image_is_pinned_to_what_runs_without_containers(
    compose: dict[str, Any], dockerfile: str
) -> None:
    services = compose["services"]
    assert services["kafka"]["image"] == f"apache/kafka:{pinned_version('kafka')}"
    assert services["cassandra"]["image"] == f"cassandra:{pinned_version('cassandra')}"
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    flink = re.search(r'"apache-flink==([\d.]+)"', project)
    version = re.search(r'^version = "([\d.]+)"', project, re.MULTILINE)
    assert flink
    assert version
    bases = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    assert bases == ["maven:3.9.9-eclipse-temurin-17", f"flink:{flink[1]}-java17"]
    images = {services[name]["image"] for name in ("jobmanager", "taskmanager", *ONE_SHOT)}
    assert images == {f"tally-flink:{version[1]}"}


def test_every_server_is_health_checked(compose: dict[str, Any]) -> None:
    checks = {name: service.get("healthcheck") for name, service in compose["services"].items()}
    assert {name for name, check in checks.items() if check} == set(SERVERS)
    for name in SERVERS:
        assert checks[name]["test"][0] in ("CMD", "CMD-SHELL")
        assert {"interval", "timeout", "retries", "start_period"} <= set(checks[name])


def test_nothing_waits_for_less_than_health(compose: dict[str, Any]) -> None:
    waits = {
        name: {other: wait["condition"] for other, wait in service.get("depends_on", {}).items()}
        for name, service in compose["services"].items()
    }
    healthy = "service_healthy"
    assert waits == {
        "kafka": {},
        "cassandra": {},
        "jobmanager": {},
        "taskmanager": {"jobmanager": healthy},
        "feed": {"kafka": healthy},
        "submit": {"kafka": healthy, "cassandra": healthy, "taskmanager": healthy},
    }


def test_calling_up_again_feeds_nothing_twice(compose: dict[str, Any]) -> None:
    for name in ONE_SHOT:
        assert compose["services"][name]["profiles"] == ["jobs"]
        assert compose["services"][name]["restart"] == "no"


def test_its_variables_are_settings(compose: dict[str, Any], tmp_path: Path) -> None:
    for name in ONE_SHOT:
        settings = load_settings(tmp_path, compose["services"][name]["environment"])
        assert settings.kafka.bootstrap_servers == "kafka:9092"
        assert settings.cassandra.contact_points == "cassandra:9042"
        assert settings.flink.rest_address == "jobmanager:8081"


def test_both_managers_share_configuration_and_state(compose: dict[str, Any]) -> None:
    job, task = (compose["services"][name] for name in ("jobmanager", "taskmanager"))
    assert job["environment"] == task["environment"]
    assert job["volumes"] == task["volumes"] == ["flink-state:/state"]
    lines = job["environment"]["FLINK_PROPERTIES"].splitlines()
    properties = dict(line.split(": ", 1) for line in lines)
    assert properties["execution.checkpointing.dir"] == "file:///state/checkpoints"
    # What flink-conf/ binds to this machine alone has to be open inside the network of containers.
    assert "localhost" not in properties.values()
    names = ("jobmanager.bind-host", "rest.bind-address", "taskmanager.bind-host")
    assert {properties[name] for name in names} == {"0.0.0.0"}


def test_ports_are_open_to_this_machine_only(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:29092:29092", "127.0.0.1:9042:9042", "127.0.0.1:8081:8081"]


def test_every_volume_is_declared(compose: dict[str, Any]) -> None:
    used = {
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
    }
    assert used == set(compose["volumes"])


def test_the_image_copies_what_is_there(dockerfile: str) -> None:
    copied = re.findall(r"^COPY (?!.*--from)(?:--chown=flink )?(.+) \S+$", dockerfile, re.MULTILINE)
    sources = [source for line in copied for source in line.split()]
    assert len(sources) >= 12
    assert [source for source in sources if not (ROOT / source).exists()] == []
