"""The folders of ``sql/``, and what each may hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tally.errors import ProjectError
from tally.project.errors import (
    DuplicateObject,
    OutsideRooms,
    SecondObject,
    UnknownObject,
    WrongFileName,
    WrongRoom,
)
from tally.project.files import SqlFile
from tally.project.statements import Created, Statement

SOURCES, VIEWS, FUNCTIONS, AGGREGATES = (
    f"sql/{name}" for name in ("sources", "views", "functions", "aggregates")
)
ROOMS = (SOURCES, VIEWS, FUNCTIONS, AGGREGATES)

# What a file of shared objects creates, by room; a file of sql/aggregates holds any statements.
_SHARED = {SOURCES: "table", VIEWS: "view", FUNCTIONS: "function"}
_ROOM_OF = {kind: room for room, kind in _SHARED.items()}


def sql_files(root: Path, room: str) -> list[Path]:
    """Return the SQL files of a room, subfolders included, by name."""
    return sorted(path for path in (root / room).rglob("*") if _is_sql(path))


def files_outside(root: Path) -> Iterator[OutsideRooms]:
    """Yield an error for each SQL file in ``sql/`` that is in no room."""
    for path in sql_files(root, "sql"):
        name = path.relative_to(root).as_posix()
        if not name.startswith(tuple(f"{room}/" for room in ROOMS)):
            yield OutsideRooms(name, ROOMS)


def judge_room(room: str, file: SqlFile) -> Iterator[ProjectError]:
    """Yield what is wrong with a file of shared objects: it holds one object of one kind, and its name."""
    if room not in _SHARED:
        return
    first: Created | None = None
    for statement in file.statements:
        created = statement.creates
        if created is None or created.kind != _SHARED[room]:
            yield _misplaced(room, file, statement)
        elif first:
            target = f"{room}/{created.name}.sql"
            yield SecondObject(created.name, first.span, target, created.span)
        else:
            first = created
            if file.path.stem != created.name:
                yield WrongFileName(created.name, f"{created.name}.sql", created.span)


def judge_names(files: Iterable[SqlFile]) -> Iterator[DuplicateObject]:
    """Yield an error for each object whose name an object of an earlier file, or place, has."""
    first: dict[str, Created] = {}
    for statement in (statement for file in files for statement in file.statements):
        created = statement.creates
        if created is None:
            continue
        if created.name in first:
            yield DuplicateObject(created.name, first[created.name].span, created.span)
        first.setdefault(created.name, created)


def _is_sql(path: Path) -> bool:
    return path.suffix.lower() == ".sql" and path.is_file()


def _misplaced(room: str, file: SqlFile, statement: Statement) -> ProjectError:
    created = statement.creates
    holds = f"CREATE {_SHARED[room].upper()}"
    if created is None and statement.keyword == "CREATE":
        return UnknownObject(holds, statement.span)
    what = f"CREATE {created.kind.upper()}" if created else statement.keyword or "statement"
    target_room = _ROOM_OF.get(created.kind, AGGREGATES) if created else AGGREGATES
    target = f"{target_room}/{created.name if created else file.path.stem}.sql"
    return WrongRoom(what, room, holds, target, statement.span)
