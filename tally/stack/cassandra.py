"""One Cassandra node, small and alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ruamel.yaml import YAML

from tally.stack.archives import archive_options
from tally.stack.jars import cassandra_jars
from tally.stack.java import Java
from tally.stack.processes import Launch
from tally.stack.service import HOST, bytes_of
from tally.stack.state import Home

# What Cassandra's own start script opens to it on Java 11 and later (its conf/jvm17-server.options).
_EXPORTS = (
    "java.base/jdk.internal.misc",
    "java.base/jdk.internal.ref",
    "java.base/sun.nio.ch",
    "java.base/java.lang.ref",
    "java.management.rmi/com.sun.jmx.remote.internal.rmi",
    "java.rmi/sun.rmi.registry",
    "java.rmi/sun.rmi.server",
    "java.sql/java.sql",
    "jdk.unsupported/sun.misc",
)
_OPENS = (
    "java.base/java.lang.module",
    "java.base/jdk.internal.loader",
    "java.base/jdk.internal.ref",
    "java.base/jdk.internal.reflect",
    "java.base/jdk.internal.math",
    "java.base/jdk.internal.module",
    "java.base/jdk.internal.util.jar",
    "java.base/sun.nio.ch",
    "java.base/java.io",
    "java.base/java.nio",
    "java.base/java.util",
    "java.base/java.util.concurrent",
    "java.base/java.util.concurrent.atomic",
    "java.base/java.lang",
    "java.base/java.lang.reflect",
    "jdk.management/com.sun.management.internal",
)
# One node alone waits for nobody.
_ALONE = (
    "-Dcassandra.ring_delay_ms=100",
    "-Dcassandra.skip_wait_for_gossip_to_settle=0",
    "-Dcassandra.superuser_setup_delay_ms=0",
    "-Dcassandra.consistent.rangemovement=false",
    "-Dcassandra.shutdown_announce_in_ms=0",
)
_COMMIT_LOG: Mapping[str, dict[str, object]] = {
    "periodic": {"commitlog_sync": "periodic", "commitlog_sync_period": "10000ms"},
    "batch": {"commitlog_sync": "batch"},
}
_LOGGING = """\
<configuration>
  <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%date{ISO8601} %-5level %msg \\(%logger{0}\\)%n</pattern></encoder>
  </appender>
  <!-- All settings in one line of 15,000 characters. -->
  <logger name="org.apache.cassandra.config.Config" level="WARN"/>
  <root level="INFO"><appender-ref ref="console"/></root>
</configuration>
"""


@dataclass(frozen=True)
class Cassandra:
    """The node: heap such as ``1g``, the configured CQL port (0: any), and ``commitlog_sync``."""

    heap: str
    configured_port: int
    commit_log: str = "periodic"

    name = "cassandra"
    main_port = "cql"
    port_setting = "cassandra_port"
    memory_setting = "stack.cassandra_memory in [tool.tally]"
    port_names = ("cql", "storage")

    @property
    def memory(self) -> int:
        """Return heap plus what the JVM takes beside it."""
        return bytes_of(self.heap) + 400 * 2**20

    def prepare(self, home: Home, ports: Mapping[str, int], java: Java) -> dict[str, Launch]:
        """Write cassandra.yaml and logging."""
        config = home.folder / "cassandra.yaml"
        with config.open("w", encoding="utf-8") as file:
            YAML().dump(_configuration(home, ports) | _COMMIT_LOG[self.commit_log], file)
        logging = home.folder / "logback.xml"
        logging.write_text(_LOGGING, "utf-8")
        jars = cassandra_jars()
        agent = next(jar for jar in jars if jar.name.startswith("jamm-"))
        options = (
            f"-Xmx{self.heap}",
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            *archive_options(self.name, java),
            "-Djdk.attach.allowAttachSelf=true",
            f"-javaagent:{agent}",
            f"-Dcassandra.config={config.as_uri()}",
            f"-Dcassandra.storagedir={home.data}",
            f"-Dlogback.configurationFile={logging}",
            "-Dcassandra-foreground=yes",
        )
        opened = [f"--add-exports={name}=ALL-UNNAMED" for name in _EXPORTS]
        opened += [f"--add-opens={name}=ALL-UNNAMED" for name in _OPENS]
        path = ":".join(str(jar) for jar in jars)
        main = "org.apache.cassandra.service.CassandraDaemon"
        return {"server": Launch((str(java.executable), *options, *_ALONE, *opened, "-cp", path, main))}

    def answers(self, ports: Mapping[str, int]) -> bool:
        """Read a row by CQL."""
        # The driver takes a third of a second to load: that is spent while the server starts, not before.
        from cassandra.cluster import (  # noqa: PLC0415
            EXEC_PROFILE_DEFAULT,
            Cluster,
            ExecutionProfile,
            NoHostAvailable,
        )
        from cassandra.policies import WhiteListRoundRobinPolicy  # noqa: PLC0415

        profile = ExecutionProfile(load_balancing_policy=WhiteListRoundRobinPolicy([HOST]))
        cluster = Cluster(
            [HOST],
            port=ports["cql"],
            protocol_version=5,
            connect_timeout=1.0,
            execution_profiles={EXEC_PROFILE_DEFAULT: profile},
            schema_metadata_enabled=False,
            token_metadata_enabled=False,
        )
        try:
            return cluster.connect().execute("SELECT release_version FROM system.local").one() is not None
        except NoHostAvailable:
            return False
        finally:
            cluster.shutdown()


def _configuration(home: Home, ports: Mapping[str, int]) -> dict[str, object]:
    data = home.data
    seeds = {
        "class_name": "org.apache.cassandra.locator.SimpleSeedProvider",
        "parameters": [{"seeds": f"{HOST}:{ports['storage']}"}],
    }
    return {
        "cluster_name": "tally",
        "partitioner": "org.apache.cassandra.dht.Murmur3Partitioner",
        "endpoint_snitch": "SimpleSnitch",
        "seed_provider": [seeds],
        "num_tokens": 16,
        "auto_bootstrap": False,
        "listen_address": HOST,
        "rpc_address": HOST,
        "storage_port": ports["storage"],
        "native_transport_port": ports["cql"],
        "data_file_directories": [str(data / "data")],
        "commitlog_directory": str(data / "commitlog"),
        "hints_directory": str(data / "hints"),
        "saved_caches_directory": str(data / "saved_caches"),
        "cdc_raw_directory": str(data / "cdc_raw"),
        "commitlog_total_space": "256MiB",
        "hinted_handoff_enabled": False,
        # A table emptied by `--fresh` must not leave its old rows on the disk.
        "auto_snapshot": False,
        "dynamic_snitch": False,
        # A disk that fails or is full ends the server, which `tally status` shows, in place of errors row by row.
        "disk_failure_policy": "die",
        "commit_failure_policy": "die",
        # A small machine.
        "concurrent_reads": 8,
        "concurrent_writes": 8,
        "concurrent_compactors": 1,
        "memtable_heap_space": "192MiB",
        "memtable_offheap_space": "64MiB",
        "file_cache_size": "64MiB",
        "key_cache_size": "16MiB",
        "networking_cache_size": "32MiB",
    }
