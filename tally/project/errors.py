"""What can be wrong with the files of a project: one class a mistake; their text has its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tally.errors import ProjectError, ProjectErrors, Span, TallyError, nearest_hint
from tally.project.text_errors import MissingVariable


@dataclass(eq=False)
class NotUtf8(ProjectError):
    """A file that is not UTF-8 text."""

    span: Span

    @property
    def message(self) -> str:
        """Say what it is not; the span is the first wrong byte, its column counted in bytes."""
        return "not UTF-8 text"

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "save the file as UTF-8"


@dataclass(eq=False)
class EmptyFile(ProjectError):
    """A file without a statement."""

    name: str

    @property
    def message(self) -> str:
        """Name the file."""
        return f"{self.name}: no statement in the file"

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "write one, or remove the file"


@dataclass(eq=False)
class WrongRoom(ProjectError):
    """A statement that does not belong in its folder."""

    what: str
    room: str
    holds: str
    target: str
    span: Span

    @property
    def message(self) -> str:
        """Name the statement and what the folder holds."""
        return f"{self.what} in {self.room}/, which holds one {self.holds} a file"

    @property
    def hint(self) -> str:
        """Name the file where it belongs."""
        return f"move it to {self.target}"


@dataclass(eq=False)
class UnknownObject(ProjectError):
    """A CREATE statement that names no kind of object, or no object."""

    holds: str
    span: Span

    @property
    def message(self) -> str:
        """Say what is missing."""
        return "CREATE without a kind of object and a name"

    @property
    def hint(self) -> str:
        """Say what to write."""
        return f"write {self.holds} name ..."


@dataclass(eq=False)
class SecondObject(ProjectError):
    """A second object in a file that holds one."""

    name: str
    first: Span
    target: str
    span: Span

    @property
    def message(self) -> str:
        """Name the second object and where the first one stands."""
        return f"second object '{self.name}' in the file, after the one at {self.first}"

    @property
    def hint(self) -> str:
        """Name the file where it belongs."""
        return f"move it to {self.target}"


@dataclass(eq=False)
class WrongFileName(ProjectError):
    """A file that is not named after its object."""

    name: str
    target: str
    span: Span

    @property
    def message(self) -> str:
        """Name the object."""
        return f"'{self.name}' stands in a file of another name"

    @property
    def hint(self) -> str:
        """Name both ways out."""
        return f"rename the file to {self.target}, or the object"


@dataclass(eq=False)
class DuplicateObject(ProjectError):
    """Two objects of one name."""

    name: str
    first: Span
    span: Span

    @property
    def message(self) -> str:
        """Name the object and its first place; the span is the second."""
        return f"'{self.name}' exists already, at {self.first}"

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "rename or remove one of the two"


@dataclass(eq=False)
class OutsideRooms(ProjectError):
    """An SQL file in sql/, but in none of its folders, which nothing would ever read."""

    name: str
    rooms: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name the file."""
        return f"{self.name}: not in a folder of SQL files"

    @property
    def hint(self) -> str:
        """Give the nearest folder, or all of them."""
        folder = "/".join(self.name.split("/")[:2])
        return nearest_hint(folder, self.rooms)


@dataclass(eq=False)
class NoSuchFile(ProjectError):
    """A file of the command line that does not exist."""

    path: Path
    legal: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name the file."""
        return f"no file '{self.path.as_posix()}'"

    @property
    def hint(self) -> str:
        """Give the nearest file of sql/aggregates, or all of them."""
        return nearest_hint(self.path.as_posix(), self.legal)


@dataclass(eq=False)
class NotAJob(ProjectError):
    """A file of the command line that declares shared objects, and runs nothing."""

    name: str

    @property
    def message(self) -> str:
        """Name the file."""
        return f"{self.name}: not a job"

    @property
    def hint(self) -> str:
        """Say what is one."""
        return "name a file of sql/aggregates; sources, views and functions come with it"


def in_order(errors: Iterable[TallyError]) -> ProjectErrors:
    """Return the mistakes as one error: by their places, those of whole files first.

    The variables that are missing are put together by name, so that each is reported once.
    """
    errors = tuple(errors)
    others = [error for error in errors if not isinstance(error, MissingVariable)]
    spans: dict[str, list[Span]] = {}
    for error in errors:
        if isinstance(error, MissingVariable):
            spans.setdefault(error.name, []).extend(error.spans)
    missing = [MissingVariable(name, tuple(sorted(places))) for name, places in spans.items()]
    nowhere = Span("", 0, 0)
    return ProjectErrors(sorted([*others, *missing], key=lambda error: error.span or nowhere))
