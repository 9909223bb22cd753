"""Whether a checkpoint goes with what is served now: with the table and the topic, by their ids, that it wrote.

A job that went on from its checkpoint into a table that was emptied or made anew would serve only the keys that
change from then on, and every reader would take them for all.
"""

from __future__ import annotations

from collections.abc import Iterator

from tally.registry.entries import Entry


def why_not(known: Entry | None, wanted: Entry) -> str | None:
    """Return why an aggregate's checkpoint does not belong to what is there, or None where it does.

    Args:
        known: its entry, of its last start; None where there is none.
        wanted: as the next start will write it, with the ids of the table and topic that are there.
    """
    if known is None:
        return f"the registry does not know '{wanted.name}', so nothing says that what is served is its own"
    if known.status in ("dropping", "dropped"):
        return f"'{wanted.name}' was dropped since"
    if known.fingerprint != wanted.fingerprint:
        return f"another query of '{wanted.name}' has run since"
    return next(_changed(known, wanted), None)


def _changed(known: Entry, wanted: Entry) -> Iterator[str]:
    if wanted.table and wanted.table_id is None:
        yield f"table '{wanted.table}' is gone"
    if wanted.table and wanted.table_id != known.table_id:
        yield f"table '{wanted.table}' was made anew since"
    if wanted.topic and wanted.topic_id is None:
        yield f"topic '{wanted.topic}' is gone"
    if wanted.topic and wanted.topic_id != known.topic_id:
        yield f"topic '{wanted.topic}' was made anew since"
