"""What to run where a topic is to be made or changed by hand: in the Python that runs tally, which has a client."""

from __future__ import annotations

import sys


def create_topic(address: str, topic: str) -> str:
    """Return the command that creates a topic, with the broker's own number of partitions."""
    return _command(
        "from confluent_kafka.admin import AdminClient, NewTopic",
        f"a = AdminClient({{'bootstrap.servers': '{address}'}})",
        f"a.create_topics([NewTopic('{topic}')])['{topic}'].result()",
    )


def compact_topic(address: str, topic: str) -> str:
    """Return the command that makes a topic keep the last record of each key."""
    return _command(
        "from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource",
        "e = ConfigEntry('cleanup.policy', 'compact', incremental_operation=AlterConfigOpType.SET)",
        f"t = ConfigResource('topic', '{topic}', incremental_configs=[e])",
        f"a = AdminClient({{'bootstrap.servers': '{address}'}})",
        "a.incremental_alter_configs([t])[t].result()",
    )


def _command(*statements: str) -> str:
    return f'{sys.executable} -c "{"; ".join(statements)}"'
