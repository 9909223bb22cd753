"""What can go wrong with the servers on this machine; errors hold the facts, such as last log lines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tally.errors import TallyError


@dataclass(eq=False)
class StackError(TallyError):
    """A server on this machine does not do what was asked of it."""


@dataclass(eq=False)
class LogError(StackError):
    """A failure that the server's own log explains.

    Attributes:
        service: such as ``kafka``.
        log: the whole log.
        last_lines: its end.
    """

    service: str
    log: Path
    last_lines: tuple[str, ...]

    def __str__(self) -> str:
        lines = "".join(f"\n  | {line}" for line in self.last_lines)
        return f"{self.message}{lines}\nhint: {self.hint}"


class ServerCrashed(LogError):
    """The server ended by itself."""

    @property
    def message(self) -> str:
        """Name the server."""
        return f"{self.service} ended by itself; its last log lines:"

    @property
    def hint(self) -> str:
        """Name the whole log."""
        return f"the whole log is {self.log}; `tally up` starts it again"


@dataclass(eq=False)
class ServerOutOfMemory(LogError):
    """The server ended because its memory did not suffice; ``setting`` gives it more."""

    setting: str

    @property
    def message(self) -> str:
        """Name the server."""
        return f"{self.service} ran out of memory; its last log lines:"

    @property
    def hint(self) -> str:
        """Name the setting."""
        return f"give it more with {self.setting}; the whole log is {self.log}"


@dataclass(eq=False)
class ServerSilent(LogError):
    """The server runs and does not answer."""

    seconds: float

    @property
    def message(self) -> str:
        """Name the server and how long it was asked."""
        return f"{self.service} runs but did not answer for {self.seconds:.0f} s; its last log lines:"

    @property
    def hint(self) -> str:
        """Name the whole log, and how to start over."""
        return f"the whole log is {self.log}; `tally down` and `tally up` start it anew"


@dataclass(eq=False)
class PortInUse(StackError):
    """A configured port belongs to another program."""

    service: str
    setting: str
    port: int

    @property
    def message(self) -> str:
        """Name the port and who wants it."""
        return f"port {self.port} for {self.service} is in use by another program"

    @property
    def hint(self) -> str:
        """Name the setting."""
        return f"stop that program, or set stack.{self.setting} to another port, or to 0 for a free one"


@dataclass(eq=False)
class NotEnoughMemory(StackError):
    """Less memory is free than the servers need.

    Attributes:
        needed: bytes that the servers to be started take.
        available: bytes that are free.
        services: the servers to be started.
    """

    needed: int
    available: int
    services: tuple[str, ...]

    @property
    def message(self) -> str:
        """Give both figures."""
        names = ", ".join(self.services)
        return f"{names}: {_mebibytes(self.needed)} of memory needed, {_mebibytes(self.available)} free"

    @property
    def hint(self) -> str:
        """Name what can be lowered."""
        return "close other programs, or lower stack.kafka_memory and stack.cassandra_memory in [tool.tally]"


@dataclass(eq=False)
class CannotStop(StackError):
    """A process outlived both the request to stop and the kill."""

    service: str
    pid: int

    @property
    def message(self) -> str:
        """Name the process."""
        return f"{self.service} (process {self.pid}) does not stop"

    @property
    def hint(self) -> str:
        """Give the command."""
        return f"look at it with `ps -fp {self.pid}`"


@dataclass(eq=False)
class JavaMissing(StackError):
    """There is no Java."""

    looked_at: str

    @property
    def message(self) -> str:
        """Say where it was looked for."""
        return f"java is missing: {self.looked_at}"

    @property
    def hint(self) -> str:
        """Say how to get it."""
        return "install a JDK 17 (Debian, Ubuntu: apt install openjdk-17-jdk; macOS: brew install openjdk@17)"


@dataclass(eq=False)
class WrongJava(StackError):
    """Java is there in a version that the servers do not run on."""

    executable: str
    found: str

    @property
    def message(self) -> str:
        """Name the version found."""
        return f"java 17 is needed, {self.executable} is version {self.found}"

    @property
    def hint(self) -> str:
        """Say how to choose another."""
        return "install a JDK 17 and point JAVA_HOME to it"


@dataclass(eq=False)
class MavenMissing(StackError):
    """Jars have to be fetched, and there is no Maven."""

    @property
    def message(self) -> str:
        """Say what is missing."""
        return "mvn is missing: Maven fetches the servers' jars"

    @property
    def hint(self) -> str:
        """Say how to get it."""
        return "install Maven 3.6 or later (Debian, Ubuntu: apt install maven; macOS: brew install maven)"


@dataclass(eq=False)
class FetchFailed(StackError):
    """Maven could not fetch a group of jars."""

    group: str
    last_lines: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name the group, with Maven's own words."""
        lines = "".join(f"\n  | {line}" for line in self.last_lines)
        return f"maven could not fetch the jars of {self.group}:{lines}"

    @property
    def hint(self) -> str:
        """Name what usually is the cause."""
        return "check the network, and proxy and mirror in Maven's settings.xml"


@dataclass(eq=False)
class JarError(StackError):
    """A jar is not the one that the checksums pin."""

    jar: Path

    @property
    def hint(self) -> str:
        """Say how to fetch it anew."""
        return f"delete {self.jar.parent} and run `tally up` (in tally's own checkout: `make jars`)"


class MissingJar(JarError):
    """A pinned jar was not fetched."""

    @property
    def message(self) -> str:
        """Name the jar."""
        return f"jar missing: {self.jar}"


class UnpinnedJar(JarError):
    """Maven fetched a jar that no checksum pins."""

    @property
    def message(self) -> str:
        """Name the jar."""
        return f"jar without a checksum: {self.jar}"


@dataclass(eq=False)
class WrongJar(JarError):
    """A jar's content differs from the pinned one."""

    expected: str
    found: str

    @property
    def message(self) -> str:
        """Name the jar and both checksums."""
        return f"wrong jar: {self.jar} has sha256 {self.found}, pinned is {self.expected}"


@dataclass(eq=False)
class ConnectorMissing(StackError):
    """tally's own connector jar was not built."""

    jar: Path

    @property
    def message(self) -> str:
        """Name the jar."""
        return f"tally's connector is not built: {self.jar}"

    @property
    def hint(self) -> str:
        """Give the command."""
        return "run `make jars` in tally's checkout"


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:.0f} MiB"
