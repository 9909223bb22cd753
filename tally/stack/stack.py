"""The stack: starts, stops and shows the servers of one project."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tally.settings import Settings
from tally.stack.addresses import Addresses, addresses
from tally.stack.errors import PortInUse
from tally.stack.jars import ensure_jars, is_fetched
from tally.stack.java import Java, find_java
from tally.stack.locks import exclusive
from tally.stack.memory import check_memory
from tally.stack.processes import STOP_SECONDS, Child, find, free_ports, is_free, start, stop
from tally.stack.readiness import wait_for
from tally.stack.service import Service
from tally.stack.services import service_of
from tally.stack.state import Home, State, home_of, read_state, write_state
from tally.stack.status import ServiceStatus, status_of

DEFAULT = ("kafka", "cassandra")
ALL = ("kafka", "cassandra", "flink")


@dataclass(frozen=True)
class Progress:
    """What happens to a service while the stack starts or stops.

    Attributes:
        service: such as ``kafka``.
        stage: ``running`` (it ran before), ``fetching`` (its jars), ``starting``, ``ready``, ``stopping`` or
            ``stopped``.
        seconds: since the call began.
    """

    service: str
    stage: str
    seconds: float


OnProgress = Callable[[Progress], None]


def ignore(_: Progress) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class Stack:
    """The servers of the project at ``root``.

    Its files are under ``<root>/.tally/stack/<service>/``: data, logs, configuration and state.json.
    """

    root: Path
    settings: Settings = field(default_factory=Settings)

    def up(
        self, services: Iterable[str] = DEFAULT, on_progress: OnProgress = ignore, timeout: float = 300.0
    ) -> tuple[ServiceStatus, ...]:
        """Start ``services`` where they do not run, and return when each answers.

        A server that this call started is stopped again when the call fails. Calls at the same time wait for
        each other, so the second finds everything running.

        Args:
            services: some of kafka, cassandra, flink.
            on_progress: is told of each step.
            timeout: seconds that the servers have to answer; one that ends by itself is told of at once.

        Raises:
            PortInUse: a configured port is taken.
            NotEnoughMemory: less memory is free than the servers take.
            ServerCrashed, ServerOutOfMemory: a server ended before it answered.
            ServerSilent: a server did not answer in time.
            StackError: no fitting Java, or the jars could not be fetched.
        """
        tell = _clocked(on_progress)
        chosen = [service_of(name, self.root, self.settings) for name in services]
        with exclusive(self._folder / "lock"):
            missing = [service for service in chosen if not self._runs(service)]
            for service in chosen:
                if service not in missing:
                    tell(service.name, "running")
            started: list[Service] = []
            try:
                self._start(missing, started, tell)
                wait_for(self._waiting(chosen), timeout, lambda name: tell(name, "ready"))
            except BaseException:
                # Nothing half done, after Ctrl-C as well; the logs and data stay.
                for service in started:
                    self._stop(service, patience=0)
                raise
        return tuple(status for status in self.status() if status.name in {one.name for one in chosen})

    def down(self, wipe: bool = False, on_progress: OnProgress = ignore) -> tuple[str, ...]:
        """Stop the servers that ``up`` started, and no other process; return their names.

        Args:
            wipe: remove their data, logs and ports too, and the checkpoints of jobs, whose offsets are of that data.
            on_progress: is told of each step.

        Raises:
            CannotStop: a server outlived being killed.
        """
        tell = _clocked(on_progress)
        with exclusive(self._folder / "lock"):
            services = [service_of(name, self.root, self.settings) for name in ALL]
            running = [service.name for service in services if self._alive(service)]
            for name in running:
                tell(name, "stopping")
            # Side by side: each takes some seconds to write out what it holds.
            with ThreadPoolExecutor(len(services)) as pool:
                for service in pool.map(lambda one: self._end(one, wipe), services):
                    if service.name in running:
                        tell(service.name, "stopped")
        if wipe:
            shutil.rmtree(self.root / ".tally" / "jobs", ignore_errors=True)
        return tuple(running)

    def status(self) -> tuple[ServiceStatus, ...]:
        """Return the state of every service, asking each that runs whether it answers."""
        services = (service_of(name, self.root, self.settings) for name in ALL)
        return tuple(status_of(service, self._home(service)) for service in services)

    def addresses(self) -> Addresses:
        """Return where the servers are, configured or running; asks no server."""
        return addresses(self.root, self.settings)

    @property
    def _folder(self) -> Path:
        return self.root / ".tally" / "stack"

    def _home(self, service: Service) -> Home:
        return home_of(self.root, service.name)

    def _alive(self, service: Service) -> bool:
        return any(find(child) for child in read_state(self._home(service)).processes.values())

    def _runs(self, service: Service) -> bool:
        children = read_state(self._home(service)).processes.values()
        return bool(children) and all(find(child) for child in children)

    def _start(
        self, services: list[Service], started: list[Service], tell: Callable[[str, str], None]
    ) -> None:
        if not services:
            return
        java = find_java()
        check_memory(services)
        for service in services:
            if not is_fetched(service.name):
                tell(service.name, "fetching")
                ensure_jars(service.name)
        for service in services:
            # Of a service with several processes some may be left.
            self._stop(service, patience=0)
        ports = {service.name: self._ports(service) for service in services}
        for service in services:
            tell(service.name, "starting")
            started.append(service)
            self._launch(service, ports[service.name], java)

    def _launch(self, service: Service, ports: Mapping[str, int], java: Java) -> None:
        home = self._home(service)
        for folder in (home.data, home.logs):
            folder.mkdir(parents=True, exist_ok=True)
        processes: dict[str, Child] = {}
        for name, launch in service.prepare(home, ports, java).items():
            log = home.log(name)
            if log.exists():
                log.replace(log.with_suffix(".log.1"))
            processes[name] = start(launch, home.folder, log)
            write_state(home, State(ports, dict(processes)))

    def _stop(self, service: Service, patience: float) -> None:
        home = self._home(service)
        state = read_state(home)
        stop(service.name, state.processes.values(), patience)
        if state.processes:
            write_state(home, State(state.ports))

    def _end(self, service: Service, wipe: bool) -> Service:
        self._stop(service, patience=0 if wipe else STOP_SECONDS)
        if wipe:
            shutil.rmtree(self._home(service).folder, ignore_errors=True)
        return service

    def _ports(self, service: Service) -> dict[str, int]:
        """Return the configured port and those used before, as far as they are free; else free ones."""
        ports = {name: port for name, port in read_state(self._home(service)).ports.items() if is_free(port)}
        if service.configured_port:
            if not is_free(service.configured_port):
                raise PortInUse(service.name, service.port_setting, service.configured_port)
            ports[service.main_port] = service.configured_port
        missing = [name for name in service.port_names if name not in ports]
        return ports | dict(zip(missing, free_ports(len(missing)), strict=True))

    def _waiting(self, services: Iterable[Service]) -> list[tuple[Service, Home]]:
        return [(service, self._home(service)) for service in services]


def _clocked(on_progress: OnProgress) -> Callable[[str, str], None]:
    began = time.monotonic()
    return lambda service, stage: on_progress(Progress(service, stage, time.monotonic() - began))
