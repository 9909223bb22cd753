"""One Kafka broker that is its own controller (KRaft)."""

from __future__ import annotations

import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from tally.stack.archives import archive_options
from tally.stack.jars import kafka_jars
from tally.stack.java import Java
from tally.stack.processes import Launch
from tally.stack.service import HOST, bytes_of
from tally.stack.state import Home

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{broker},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{broker}
controller.listener.names=CONTROLLER
log.dirs={data}
# A topic that was never created is a mistake to be told about, not a topic to be made.
auto.create.topics.enable=false
# Events are the project's input: they stay until `tally down --wipe`.
log.retention.ms=-1
# One broker holds every replica.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
# A small machine.
num.network.threads=2
num.io.threads=4
num.replica.fetchers=1
log.cleaner.dedupe.buffer.size=16777216
"""

_LOGGING = """\
status=warn
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{ISO8601} %-5p %m (%c{1})%n
rootLogger.level=info
rootLogger.appenderRef.console.ref=console
# Hundreds of lines of settings at each start.
logger.config.name=org.apache.kafka.common.config
logger.config.level=warn
logger.kafkaconfig.name=kafka.server.KafkaConfig
logger.kafkaconfig.level=warn
logger.state.name=state.change.logger
logger.state.level=warn
logger.authorizer.name=kafka.authorizer.logger
logger.authorizer.level=warn
"""


@dataclass(frozen=True)
class Kafka:
    """The broker: heap such as ``512m``, and the configured port (0: any)."""

    heap: str
    configured_port: int

    name = "kafka"
    main_port = "broker"
    port_setting = "kafka_port"
    memory_setting = "stack.kafka_memory in [tool.tally]"
    port_names = ("broker", "controller")

    @property
    def memory(self) -> int:
        """Return heap plus what the JVM takes beside it."""
        return bytes_of(self.heap) + 200 * 2**20

    def prepare(self, home: Home, ports: Mapping[str, int], java: Java) -> dict[str, Launch]:
        """Write server.properties and logging; format the data folder first where it is new."""
        properties = home.folder / "server.properties"
        properties.write_text(_PROPERTIES.format(host=HOST, data=home.data, **ports), "utf-8")
        logging = home.folder / "log4j2.properties"
        logging.write_text(_LOGGING, "utf-8")
        path = ":".join(str(jar) for jar in kafka_jars())
        log = f"-Dlog4j2.configurationFile={logging}"
        heap = (f"-Xmx{self.heap}", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")
        options = (*heap, *archive_options(self.name, java), log, "-cp", path)
        serve = (str(java.executable), *options, "kafka.Kafka", str(properties))
        if (home.data / "meta.properties").is_file():
            return {"broker": Launch(serve)}
        quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
        tool = (str(java.executable), *quick, log, "-cp", path, "kafka.tools.StorageTool", "format")
        format_ = (*tool, "-t", cluster_id(), "--ignore-formatted", "-c", str(properties))
        return {"broker": Launch(serve, before=format_)}

    def answers(self, ports: Mapping[str, int]) -> bool:
        """Ask for the cluster's metadata."""
        silent = {"log_level": 0, "socket.timeout.ms": 1000}
        client = AdminClient({"bootstrap.servers": f"{HOST}:{ports['broker']}", **silent})
        try:
            return bool(client.list_topics(timeout=1.0).brokers)
        except KafkaException:
            return False


def cluster_id() -> str:
    """Return a random id; none that starts with a dash, which the tool would take for an option."""
    while (found := urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return found
