"""What can be wrong with data sets and feeding."""

from __future__ import annotations

from dataclasses import dataclass

from tally.errors import ProjectError, TallyError, nearest_hint


@dataclass(eq=False)
class UnknownDataset(ProjectError):
    """No data set has this name."""

    name: str
    legal: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name it."""
        return f"unknown data set '{self.name}'"

    @property
    def hint(self) -> str:
        """Give the nearest name."""
        return nearest_hint(self.name, self.legal)


@dataclass(eq=False)
class DataPackageMissing(TallyError):
    """The package that a data set is read from is not installed, or has no such file.

    Attributes:
        package: name on the package index.
        path: of the data file inside it.
    """

    package: str
    path: str

    @property
    def message(self) -> str:
        """Name package and file."""
        return f"package '{self.package}' with its file '{self.path}' is not installed"

    @property
    def hint(self) -> str:
        """Give the command that installs it."""
        return "pip install 'tally[demo]'"


@dataclass(eq=False)
class FeedFailed(TallyError):
    """The broker did not take every record.

    Attributes:
        topic: that was fed.
        acknowledged: how many records the broker has taken.
        reason: of the first record that it has not.
    """

    topic: str
    acknowledged: int
    reason: str

    @property
    def message(self) -> str:
        """Name the topic and say how far it got."""
        return f"feeding topic '{self.topic}' failed after {self.acknowledged} records: {self.reason}"

    @property
    def hint(self) -> str:
        """Say what else is in the topic now."""
        return "the topic holds part of the data set; `tally down --wipe` empties the local broker"
