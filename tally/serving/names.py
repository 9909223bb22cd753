"""Names in CQL: quoted where CQL would else fold or refuse them."""

from __future__ import annotations

import re

from cassandra.metadata import protect_name

# Cassandra takes only these for tables, in quotes as well; 222 is the limit of version 5
# (org.apache.cassandra.schema.SchemaConstants).
_TABLE = re.compile(r"[A-Za-z0-9_]{1,222}")


def quoted(name: str) -> str:
    """Return the name as CQL needs it: ``users``, ``"userId"``, ``"order"``."""
    return str(protect_name(name))


def is_table_name(name: str) -> bool:
    """Return whether Cassandra takes the name for a table, in quotes where needed."""
    return _TABLE.fullmatch(name) is not None


def literal(text: str) -> str:
    """Return text as a CQL string."""
    return "'" + text.replace("'", "''") + "'"
