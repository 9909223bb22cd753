"""What can be wrong with looking at dead letters and late rows, and with sending dead letters again."""

from __future__ import annotations

from dataclasses import dataclass

from tally.errors import ProjectError, Span, TallyError, nearest, nearest_hint
from tally.serving.by_hand import create_topic


@dataclass(eq=False)
class UnknownSource(ProjectError):
    """No source of the project has the name."""

    name: str
    legal: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name it."""
        return f"unknown source '{self.name}'"

    @property
    def hint(self) -> str:
        """Give the nearest name, or all."""
        return nearest_hint(self.name, self.legal)


@dataclass(eq=False)
class SourceWithoutTopic(ProjectError):
    """A table of another connector, or one that reads the topics of a pattern."""

    name: str
    span: Span | None = None

    @property
    def message(self) -> str:
        """Name it."""
        return f"source '{self.name}' names no topic, so it is not known where its dead letters are"

    @property
    def hint(self) -> str:
        """Name the option."""
        return "only sources with the option 'topic' have dead letters that can be found"


@dataclass(eq=False)
class SourceWithoutLateRows(ProjectError):
    """A table of another connector, or one of a changelog format."""

    name: str
    span: Span | None = None

    @property
    def message(self) -> str:
        """Name it."""
        return f"source '{self.name}' has no topic of late rows"

    @property
    def hint(self) -> str:
        """Say which sources have one."""
        return "only sources with 'connector' = 'kafka' and a format of rows, not of changes, have late rows"


@dataclass(eq=False)
class UnknownReason(ProjectError):
    """A reason that no dead letter has."""

    reason: str
    legal: tuple[str, ...]

    @property
    def message(self) -> str:
        """Quote it."""
        return f"--reason: no dead letter has the reason '{self.reason}'"

    @property
    def hint(self) -> str:
        """Give the nearest reason, or all."""
        return nearest_hint(self.reason, self.legal)


@dataclass(eq=False)
class TargetMissing(ProjectError):
    """The topic that messages are to be sent to does not exist."""

    topic: str
    address: str
    existing: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name topic and broker."""
        return f"nothing was sent: there is no topic '{self.topic}' on the broker at {self.address}"

    @property
    def hint(self) -> str:
        """Name a near topic, and the command that creates it."""
        near = nearest(self.topic, self.existing)
        create = create_topic(self.address, self.topic)
        return f"did you mean '{near}'? Else create it: {create}" if near else f"create it: {create}"


@dataclass(eq=False)
class TargetOfOwn(ProjectError):
    """Messages are to be sent to a topic where tally keeps dead letters or marks."""

    topic: str

    @property
    def message(self) -> str:
        """Name the topic."""
        return f"--to: topic '{self.topic}' is one that tally writes itself"

    @property
    def hint(self) -> str:
        """Say which topics will do."""
        return "name the topic of a source, or one of your own"


@dataclass(eq=False)
class ReplayTakenOver(TallyError):
    """Another replay of the same source topic has begun."""

    topic: str
    sent: int

    @property
    def message(self) -> str:
        """Name the topic, and what was sent before."""
        return (
            f"another replay of topic '{self.topic}' has begun, so this one ended after {self.sent} messages"
        )

    @property
    def hint(self) -> str:
        """Say what the other one does."""
        return "the other one sends the rest; no message is sent twice"


@dataclass(eq=False)
class ReplayFailed(TallyError):
    """The broker failed, or refused a message."""

    topic: str
    sent: int
    reason: str

    @property
    def message(self) -> str:
        """Name the topic, what was sent before, and why no more was."""
        return f"the replay to topic '{self.topic}' ended after {self.sent} messages: {self.reason}"

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "run it again: it goes on where it ended, and sends no message twice"
