"""Jars: fetched by the real Maven from a small list, and held to their checksums."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tally.stack.bundled import Bundle, bundle
from tally.stack.errors import (
    ConnectorMissing,
    FetchFailed,
    MavenMissing,
    MissingJar,
    UnpinnedJar,
    WrongJar,
)
from tally.stack.jars import GROUPS, ensure_jars

# Of Kafka's and Cassandra's class paths, so in Maven's local repository once `make jars` ran.
JAR = "slf4j-api-1.7.36.jar"
SHA256 = "d3ef575e3e4979678dc01bf1dcce51021493b4d11fb7f1be8ad982877c16a1c0"
OTHER_SHA256 = "91c77044a50c481636c32d916fd89c9118a72195390452c81065080f957de7ff"
POM = """\
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>t</groupId><artifactId>t</artifactId><version>1</version><packaging>pom</packaging>
  <profiles><profile><id>kafka</id><dependencies><dependency>
    <groupId>GROUP</groupId><artifactId>ARTIFACT</artifactId><version>VERSION</version>
  </dependency></dependencies></profile></profiles>
  <build><plugins><plugin>
    <groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId>
    <version>3.8.1</version>
  </plugin></plugins></build>
</project>
"""


def pom(group: str, artifact: str, version: str) -> str:
    return POM.replace("GROUP", group).replace("ARTIFACT", artifact).replace("VERSION", version)


def bundle_in(folder: Path) -> Bundle:
    return Bundle(
        pom=folder / "pom.xml",
        checksums=folder / "checksums.sha256",
        connectors=folder / "tally-connectors.jar",
        flink_conf=folder,
        lib=folder / "lib",
    )


@pytest.fixture
def small(tmp_path: Path) -> Bundle:
    """A list of one jar, of which nothing is fetched yet."""
    return list_of_one(tmp_path)


@pytest.fixture(scope="module")
def fetched_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of such a list, with its jar; Maven takes seconds, so the tests copy it."""
    folder = tmp_path_factory.mktemp("fetched")
    ensure_jars("kafka", of=list_of_one(folder))
    return folder


@pytest.fixture
def fetched(fetched_once: Path, tmp_path: Path) -> Bundle:
    """The list of one jar, which is there."""
    shutil.copytree(fetched_once, tmp_path, dirs_exist_ok=True)
    return bundle_in(tmp_path)


def list_of_one(folder: Path) -> Bundle:
    files = bundle_in(folder)
    files.pom.write_text(pom("org.slf4j", "slf4j-api", "1.7.36"))
    files.checksums.write_text(f"{SHA256}  kafka/{JAR}\n")
    return files


def test_missing_jars_are_fetched_once(fetched: Bundle) -> None:
    # No Maven is asked: with this list, it would fail.
    fetched.pom.write_text("no list")
    [jar] = ensure_jars("kafka", of=fetched)
    assert jar == fetched.lib / "kafka" / JAR
    assert hashlib.sha256(jar.read_bytes()).hexdigest() == SHA256


def test_a_changed_jar_is_named(fetched: Bundle) -> None:
    [jar] = ensure_jars("kafka", of=fetched)
    jar.write_bytes(b"something else")
    found = hashlib.sha256(b"something else").hexdigest()
    with pytest.raises(WrongJar) as caught:
        ensure_jars("kafka", of=fetched)
    assert str(caught.value) == (
        f"wrong jar: {jar} has sha256 {found}, pinned is {SHA256}\n"
        f"hint: delete {jar.parent} and run `tally up` (in tally's own checkout: `make jars`)"
    )


def test_a_removed_jar_is_named(fetched: Bundle) -> None:
    [jar] = ensure_jars("kafka", of=fetched)
    jar.unlink()
    with pytest.raises(MissingJar) as caught:
        ensure_jars("kafka", of=fetched)
    assert caught.value.message == f"jar missing: {jar}"


def test_another_checksum_keeps_nothing(small: Bundle) -> None:
    small.checksums.write_text(f"{'0' * 64}  kafka/{JAR}\n")
    with pytest.raises(WrongJar) as caught:
        ensure_jars("kafka", of=small)
    assert (caught.value.expected, caught.value.found) == ("0" * 64, SHA256)
    assert not (small.lib / "kafka").exists()


def test_a_jar_without_a_checksum_is_named(small: Bundle) -> None:
    small.checksums.write_text("")
    with pytest.raises(UnpinnedJar) as caught:
        ensure_jars("kafka", of=small)
    assert caught.value.message == f"jar without a checksum: {caught.value.jar}"
    assert caught.value.jar.name == JAR
    assert not (small.lib / "kafka").exists()


def test_a_changed_list_is_fetched_anew(fetched: Bundle) -> None:
    archive = fetched.lib / "kafka-17.0.15.jsa"
    archive.write_text("made of the old jars")
    fetched.pom.write_text(pom("javax.inject", "javax.inject", "1"))
    fetched.checksums.write_text(f"{OTHER_SHA256}  kafka/javax.inject-1.jar\n")
    [jar] = ensure_jars("kafka", of=fetched)
    assert hashlib.sha256(jar.read_bytes()).hexdigest() == OTHER_SHA256
    assert [path.name for path in jar.parent.glob("*.jar")] == ["javax.inject-1.jar"]
    assert not archive.exists()


def test_a_jar_that_no_repository_has(small: Bundle) -> None:
    small.pom.write_text(pom("org.slf4j", "slf4j-api", "1.7.36-never-released"))
    with pytest.raises(FetchFailed) as caught:
        ensure_jars("kafka", of=small)
    first, *lines, hint = str(caught.value).splitlines()
    assert first == "maven could not fetch the jars of kafka:"
    assert "slf4j-api:jar:1.7.36-never-released" in lines[0]
    assert hint == "hint: check the network, and proxy and mirror in Maven's settings.xml"
    assert not (small.lib / "kafka").exists()


def test_no_maven(small: Bundle) -> None:
    script = (
        "import sys; from pathlib import Path; from tally.stack.bundled import Bundle\n"
        "from tally.stack.jars import ensure_jars\n"
        "ensure_jars('kafka', of=Bundle(*map(Path, sys.argv[1:])))"
    )
    paths = (small.pom, small.checksums, small.connectors, small.flink_conf, small.lib)
    command = [sys.executable, "-c", script, *map(str, paths)]
    done = subprocess.run(command, env={"PATH": "/nowhere"}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.endswith(f"MavenMissing: {MavenMissing()}\n")


def test_what_the_missing_programs_say() -> None:
    assert str(MavenMissing()) == (
        "mvn is missing: Maven fetches the servers' jars\n"
        "hint: install Maven 3.6 or later (Debian, Ubuntu: apt install maven; macOS: brew install maven)"
    )
    assert str(ConnectorMissing(Path("jars/x.jar"))) == (
        "tally's connector is not built: jars/x.jar\nhint: run `make jars` in tally's checkout"
    )


def test_every_jar_of_the_shipped_list_is_pinned_once() -> None:
    lines = bundle().checksums.read_text().splitlines()
    entries = [line.split("  ") for line in lines]
    assert {path.split("/")[0] for _, path in entries} == set(GROUPS)
    assert len({path for _, path in entries}) == len(entries)
    assert all(len(digest) == 64 and path.endswith(".jar") for digest, path in entries)
