"""The reference of aggregate options: ``python -m tally.planning.options_page docs/aggregate-options.md``."""

from __future__ import annotations

import sys
from pathlib import Path

from tally.planning.options import OPTIONS

HEAD = """# Options of an aggregate

Made by `python -m tally.planning.options_page docs/aggregate-options.md` from the options' own declaration.
They stand in the `WITH` clause of a `CREATE MATERIALIZED TABLE`, or in `@aggregate(options={...})` of a Table API job:

```sql
WITH ('sinks' = 'cassandra, kafka', 'kafka.topic' = 'airport-hours', 'cassandra.bucket' = '30 d')
```

Any other key is an error that names the nearest legal one.

| option | value | default | what it does |
|---|---|---|---|
"""


def page() -> str:
    """Return the page, in Markdown: one row an option."""
    rows = (f"| `{o.name}` | {o.expected} | {o.default} | {o.help} |\n" for o in OPTIONS)
    return HEAD + "".join(rows)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), "utf-8")
