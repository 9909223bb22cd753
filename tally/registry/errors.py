"""What can go wrong with the registry, one class per kind."""

from __future__ import annotations

from dataclasses import dataclass

from tally.errors import ProjectError, Span, TallyError, nearest_hint


@dataclass(eq=False)
class RegistryUnreachable(TallyError):
    """No broker to ask what is served."""

    topic: str
    reason: str
    advice: str | None

    @property
    def message(self) -> str:
        """Name the topic and the broker."""
        return f"what is served is written on Kafka, topic '{self.topic}', and {self.reason}"

    @property
    def hint(self) -> str | None:
        """Say how to start one, or where to set its address."""
        return self.advice


@dataclass(eq=False)
class RegistryBusy(TallyError):
    """Others changed the registry again and again, or the broker did not say what became of a change."""

    topic: str
    seconds: float
    reason: str

    @property
    def message(self) -> str:
        """Name the topic and the last reason."""
        return f"the registry, topic '{self.topic}', took no change within {self.seconds:g} seconds: {self.reason}"

    @property
    def hint(self) -> str:
        """Say what to try."""
        return "nothing was started or removed; run the command again"


@dataclass(eq=False)
class UnreadableEntry(TallyError):
    """A record of the registry that is no entry."""

    topic: str
    offset: int
    reason: str

    @property
    def message(self) -> str:
        """Name the record and what is wrong with it."""
        return f"the registry cannot be read: topic '{self.topic}' partition 0 offset {self.offset}: {self.reason}"

    @property
    def hint(self) -> str:
        """Say who may have written it."""
        return (
            "a later version of tally may have written it: use that one; "
            "else choose another topic with the setting registry.topic"
        )


@dataclass(eq=False)
class RegistryNotCompacted(TallyError):
    """The registry's topic exists and is not one that keeps every entry in one order."""

    topic: str
    found: str

    @property
    def message(self) -> str:
        """Name the topic and what it is like."""
        return f"topic '{self.topic}' cannot be the registry: it has {self.found}"

    @property
    def hint(self) -> str:
        """Say which setting names another."""
        return "choose another topic with the setting registry.topic; tally creates it"


@dataclass(eq=False)
class PlaceTaken(ProjectError):
    """A table or topic that another aggregate writes, in this project or another."""

    kind: str
    place: str
    aggregate: str
    owner: str
    owner_project: str
    is_own_project: bool
    span: Span | None = None

    @property
    def message(self) -> str:
        """Name the place and both aggregates."""
        of = "" if self.is_own_project else f" of project '{self.owner_project}'"
        return (
            f"aggregate '{self.aggregate}' would write {self.kind} '{self.place}', "
            f"which aggregate '{self.owner}'{of} writes"
        )

    @property
    def hint(self) -> str:
        """Say how to have a place of one's own, or to free this one."""
        option = "cassandra.table" if self.kind == "table" else "kafka.topic"
        where = "" if self.is_own_project else f" in project '{self.owner_project}'"
        return (
            f"give '{self.aggregate}' a {self.kind} of its own with '{option}' = '...', "
            f"or remove the other with `tally drop {self.owner}`{where}"
        )


@dataclass(eq=False)
class StateDoesNotBelong(ProjectError):
    """The last checkpoint of a job belongs to other tables or topics than there are now."""

    job: str
    reasons: tuple[str, ...]
    command: str

    @property
    def message(self) -> str:
        """Name the job and what its checkpoint misses."""
        return f"job '{self.job}' cannot go on from its last checkpoint: {'; '.join(self.reasons)}"

    @property
    def hint(self) -> str:
        """Say how to fill them again."""
        return f"`{self.command} --fresh` counts from the beginning of the topics"


@dataclass(eq=False)
class NotServed(ProjectError):
    """No aggregate of that name is served."""

    name: str
    served: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name it."""
        return f"unknown aggregate '{self.name}'"

    @property
    def hint(self) -> str:
        """Give the nearest name that is served, or all."""
        if not self.served:
            return "nothing is served yet; `tally run` serves what sql/aggregates declares"
        near = nearest_hint(self.name, self.served)
        if near.startswith("did you mean"):
            return near
        return f"served: {', '.join(self.served)}; one that has never run is not served yet"


@dataclass(eq=False)
class Dropped(TallyError):
    """An aggregate that served something, until it was dropped."""

    name: str

    @property
    def message(self) -> str:
        """Name it."""
        return f"aggregate '{self.name}' serves nothing: it was dropped"

    @property
    def hint(self) -> str:
        """Say how to serve it again."""
        return "`tally run --fresh` fills it again"
