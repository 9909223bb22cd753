"""Topics by source, kept in ``.tally/sources.json``, so that looking at dead letters starts no planner.

Whoever resolves a source keeps its topics, with a fingerprint of the project's files. What is kept of other files, or
cannot be read, is as good as none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from tally.planning.job import Source
from tally.serving.catalog import fingerprint
from tally.serving.dead_errors import SourceWithoutTopic


@dataclass(frozen=True)
class _Kept:
    fingerprint: str
    topics: Mapping[str, tuple[str, ...]]


_ADAPTER = TypeAdapter(_Kept)


def topics_of(root: Path, name: str, resolve: Callable[[], Source]) -> tuple[str, ...]:
    """Return the topics that a source reads.

    Args:
        root: the project's folder.
        name: of a source that the project has.
        resolve: asks Flink for the source; called only when its topics are not kept.

    Raises:
        SourceWithoutTopic: it names none.
    """
    present = fingerprint(root)
    kept = _load(root)
    known = dict(kept.topics) if kept and kept.fingerprint == present else {}
    if name not in known:
        source = resolve()
        known[name] = tuple(filter(None, source.topic.split(";")))
        if not known[name]:
            raise SourceWithoutTopic(name, source.span)
        _save(root, _Kept(present, known))
    return known[name]


def _load(root: Path) -> _Kept | None:
    try:
        return _ADAPTER.validate_json(_path(root).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _save(root: Path, kept: _Kept) -> None:
    path = _path(root)
    path.parent.mkdir(exist_ok=True)
    scratch = path.with_suffix(".new")
    scratch.write_bytes(_ADAPTER.dump_json(kept, indent=1))
    scratch.replace(path)


def _path(root: Path) -> Path:
    return root / ".tally" / "sources.json"
