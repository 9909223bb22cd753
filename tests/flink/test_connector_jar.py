"""What is inside the connector jar: it goes into anybody's Flink, beside jars that nobody here knows."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tally.stack.bundled import bundle

OURS = "io/tally/connectors/"
SHADED = f"{OURS}shaded/"
BUNDLED = (
    "com/datastax/oss/driver",
    "com/datastax/oss/protocol",
    "com/fasterxml/jackson",
    "com/typesafe/config",
    "io/netty",
    "org/reactivestreams",
)
# Classes that the driver would take up if others brought them, and those that a jar of its own brings.
FOREIGN = (
    *BUNDLED,
    "com/datastax",
    "com/typesafe",
    "com/codahale/metrics",
    "com/esri",
    "org/apache/tinkerpop",
)
MEBIBYTE = 2**20


@pytest.fixture(scope="module")
def jar() -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(bundle().connectors) as opened:
        yield opened


def files(jar: zipfile.ZipFile) -> list[str]:
    return [name for name in jar.namelist() if not name.endswith("/")]


def text(jar: zipfile.ZipFile, name: str) -> str:
    return jar.read(name).decode()


def test_all_is_ours_or_under_our_name(jar: zipfile.ZipFile) -> None:
    assert [name for name in files(jar) if not name.startswith((OURS, "META-INF/"))] == []
    assert [name for name in files(jar) if name.startswith("META-INF/") and name.endswith(".class")] == []
    for package in BUNDLED:
        assert any(name.startswith(f"{SHADED}{package}/") for name in files(jar)), package


def test_no_class_refers_to_what_was_moved(jar: zipfile.ZipFile) -> None:
    # Flink has a Jackson of its own under another name.
    elsewhere = rb"(?<!shaded/)(?<!flink/shaded/jackson2/)"
    moved = re.compile(elsewhere + rb"\b(?:%s)/" % b"|".join(package.encode() for package in FOREIGN))
    classes = [name for name in files(jar) if name.endswith(".class")]
    assert len(classes) > 5_000
    assert {name: found[0] for name in classes if (found := moved.search(jar.read(name)))} == {}


def test_the_drivers_defaults_are_found_under_our_name_alone(jar: zipfile.ZipFile) -> None:
    assert [name for name in files(jar) if name.endswith(".conf")] == [f"{SHADED}reference.conf"]
    # Where the library that reads it looks for it.
    readers = [name for name in files(jar) if name.startswith(f"{SHADED}com/typesafe/config/impl/ConfigImpl")]
    assert any(f"{SHADED}reference.conf".encode() in jar.read(name) for name in readers)


def test_services_name_classes_that_are_there(jar: zipfile.ZipFile) -> None:
    inside = {name.removesuffix(".class").replace("/", ".") for name in files(jar)}
    services = [name for name in files(jar) if name.startswith("META-INF/services/")]
    assert {
        "META-INF/services/org.apache.flink.table.factories.Factory",
        "META-INF/services/org.apache.flink.metrics.reporter.MetricReporterFactory",
    } <= set(services)
    for service in services:
        interface = service.rpartition("/")[2]
        assert interface in inside or interface.startswith("org.apache.flink."), service
        lines = (line.partition("#")[0].strip() for line in text(jar, service).splitlines())
        assert {line for line in lines if line} <= inside, service


def test_nothing_native_and_no_signature_is_left(jar: zipfile.ZipFile) -> None:
    native = {".so", ".dll", ".dylib", ".jnilib", ".a"}
    signature = {".SF", ".RSA", ".DSA", ".EC"}
    left = [name for name in files(jar) if PurePosixPath(name).suffix in native | signature]
    assert left == []


def test_the_notice_names_what_is_bundled_in_its_version(jar: zipfile.ZipFile) -> None:
    named = set(re.findall(r"^- ([\w.]+:[\w-]+:\S+)$", text(jar, "META-INF/NOTICE"), re.MULTILINE))
    known = {":".join(one) for one in poms(jar)}
    assert known <= named
    # Their builds leave no pom.properties.
    assert {one.rpartition(":")[0] for one in named - known} == {
        "com.typesafe:config",
        "org.reactivestreams:reactive-streams",
    }


def poms(jar: zipfile.ZipFile) -> Iterator[tuple[str, str, str]]:
    """Give group, artifact and version of all that was bundled by Maven."""
    for name in files(jar):
        if name.endswith("/pom.properties"):
            entries = dict(line.split("=", 1) for line in text(jar, name).splitlines() if "=" in line)
            if entries["groupId"] != "io.tally":
                yield entries["groupId"], entries["artifactId"], entries["version"]


def test_licences_are_kept(jar: zipfile.ZipFile) -> None:
    licence, notice = text(jar, "META-INF/LICENSE"), text(jar, "META-INF/NOTICE")
    assert "Apache License\n                           Version 2.0, January 2004" in licence
    assert "Apache Cassandra Java Driver bundles code and files from the following projects" in licence
    assert "# Jackson JSON processor" in notice
    assert "io.netty:netty-handler NOTICE.txt" in text(jar, "META-INF/NOTICE_binary.txt")
    kept = {name.rpartition("/")[2] for name in files(jar) if name.startswith("META-INF/licenses/")}
    assert kept == set(re.findall(r"LICENSE\.[\w-]+\.txt", notice))
    assert all(len(text(jar, f"META-INF/licenses/{name}")) > 1_000 for name in kept)


def test_the_jar_stays_small() -> None:
    size = bundle().connectors.stat().st_size
    assert size < 12 * MEBIBYTE, f"{size / MEBIBYTE:.1f} MiB"
