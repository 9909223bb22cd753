"""What can be wrong with accounts."""

from __future__ import annotations

from dataclasses import dataclass

from tally.errors import TallyError, nearest


@dataclass(eq=False)
class NoAccounts(TallyError):
    """No job has written an account."""

    @property
    def message(self) -> str:
        """Say so."""
        return "no job has an account yet"

    @property
    def hint(self) -> str:
        """Name the command that makes some."""
        return "`tally run` first: a job writes its account with each checkpoint"


@dataclass(eq=False)
class NoAccount(TallyError):
    """A job that was named has no account.

    Attributes:
        known: jobs that have one.
    """

    job: str
    known: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name it."""
        return f"job '{self.job}' has no account"

    @property
    def hint(self) -> str:
        """Give a near name, or how to get an account, and those that have one."""
        near = nearest(self.job, self.known)
        if near:
            return f"did you mean '{near}'?"
        return f"`tally run` the job first; these have one: {', '.join(self.known)}"


@dataclass(eq=False)
class NotAnAccount(TallyError):
    """The newest record of a key is no account.

    Attributes:
        job: the key.
        reason: what is wrong with it.
    """

    job: str
    topic: str
    partition: int
    offset: int
    reason: str

    @property
    def message(self) -> str:
        """Say where it stands and what is wrong."""
        place = f"topic '{self.topic}' partition {self.partition} offset {self.offset}"
        return f"the newest account of job {self.job!r} cannot be read: {place}: {self.reason}"

    @property
    def hint(self) -> str:
        """Say how it goes away."""
        return (
            "another version of tally wrote it, or another program: the next checkpoint of the job replaces it; "
            "else choose another topic with the setting account.topic"
        )


@dataclass(eq=False)
class DoesNotComeOut(TallyError):
    """Sums that do not come out.

    Attributes:
        sums: of what: ``airport_hours of job 'airports'``.
    """

    sums: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name them."""
        if len(self.sums) == 1:
            return f"the sum does not come out: {self.sums[0]}"
        return f"{len(self.sums)} sums do not come out: {'; '.join(self.sums)}"
