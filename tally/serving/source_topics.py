"""Topics by source, kept in ``.tally/sources.json``, so that looking at dead letters and late rows starts no planner.

Whoever resolves a source keeps its topics, with a fingerprint of the project's files. What is kept of other files, or
cannot be read, is as good as none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from tally.errors import Span
from tally.planning.job import Source
from tally.serving.dead_errors import SourceWithoutLateRows, SourceWithoutTopic
from tally.serving.fingerprints import fingerprint


@dataclass(frozen=True)
class _Topics:
    """Of one source: those that it reads, and that of its late rows; none and empty where there are none."""

    read: tuple[str, ...]
    late: str
    span: Span


@dataclass(frozen=True)
class _Kept:
    fingerprint: str
    sources: Mapping[str, _Topics]


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
    found = _topics(root, name, resolve)
    if not found.read:
        raise SourceWithoutTopic(name, found.span)
    return found.read


def late_topic_of(root: Path, name: str, resolve: Callable[[], Source]) -> str:
    """Return the topic of a source's late rows; arguments as of ``topics_of``.

    Raises:
        SourceWithoutLateRows: it has none.
    """
    found = _topics(root, name, resolve)
    if not found.late:
        raise SourceWithoutLateRows(name, found.span)
    return found.late


def _topics(root: Path, name: str, resolve: Callable[[], Source]) -> _Topics:
    present = fingerprint(root)
    kept = _load(root)
    known = dict(kept.sources) if kept and kept.fingerprint == present else {}
    if name not in known:
        source = resolve()
        # No gate is made for a source whose records are not routed.
        known[name] = _Topics(source.topics, source.late_topic if source.is_routed else "", source.span)
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
