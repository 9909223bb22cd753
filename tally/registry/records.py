"""How an entry lies on the topic: ``shop/aggregate/totals`` is its key, JSON its value.

Keys begin with the project, then say of what kind the record is. Kinds that this version does not know are passed
over, and so are fields: what later versions of tally add hurts no earlier one.
"""

from __future__ import annotations

from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError

from tally.registry.entries import Entry
from tally.registry.errors import UnreadableEntry

_KIND = "aggregate"
_ADAPTER = TypeAdapter(Entry)


def key_of(project: str, aggregate: str) -> bytes:
    """Return the key of an aggregate's entry; what is no letter, digit or one of ``_.-~`` is percent-encoded."""
    return "/".join((quote(project, safe=""), _KIND, quote(aggregate, safe=""))).encode()


def is_entry(key: bytes) -> bool:
    """Tell whether a key is that of an aggregate's entry."""
    parts = key.split(b"/")
    return len(parts) == 3 and parts[1] == _KIND.encode()


def write_entry(entry: Entry) -> bytes:
    """Return an entry as it lies on the topic."""
    return _ADAPTER.dump_json(entry)


def read_entry(value: bytes, topic: str, offset: int) -> Entry:
    """Return the entry that a record holds.

    Raises:
        UnreadableEntry: it is none.
    """
    try:
        return _ADAPTER.validate_json(value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise UnreadableEntry(topic, offset, f"{place}: {first['msg'].lower()}".lstrip(": ")) from error
