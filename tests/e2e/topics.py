"""Topics for tests."""

from __future__ import annotations

from confluent_kafka.admin import AdminClient, NewTopic

from tally.running.rest import wait_for


def make_topic(kafka: str, name: str, partitions: int = 1, **config: str) -> str:
    """Create a topic, and return its name when the broker shows it: a moment after its controller has it."""
    client = AdminClient({"bootstrap.servers": kafka})
    client.create_topics([NewTopic(name, partitions, 1, config=config)])[name].result(30)
    wait_for(lambda: name in client.list_topics(timeout=30).topics)
    return name
