"""The page docs/settings.md, from the settings themselves: ``python -m tally.settings_page docs/settings.md``."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tally.settings_model import setting_fields, setting_sections, variable_of

_INTRODUCTION = """\
# Settings

```toml
[tool.tally.kafka]
partitions = 4                                   # holds in every environment

[tool.tally.environments.production.kafka]       # holds where the environment is "production"
bootstrap_servers = "kafka-1:9092,kafka-2:9092"
```

Settings stand in `pyproject.toml`. A value comes from the first of these that has it:

1. the variable named in the table below, such as `TALLY_KAFKA_PARTITIONS`;
2. the table of the environment that holds, `[tool.tally.environments.NAME]`;
3. `[tool.tally]`;
4. the default.

An unknown key, section or `TALLY_` variable is an error. Passwords belong in variables; tally never prints them.
SQL files use variables of their own choice, as `${NAME}`.

<!-- Written by `python -m tally.settings_page docs/settings.md`: change tally/settings_model.py instead. -->
"""


def settings_page() -> str:
    """Return the page as Markdown: each section with its settings, their variables, defaults and meanings."""
    environment = setting_fields()["environment"]
    parts = [_INTRODUCTION, "## Environment\n", _rows("", {"environment": environment})]
    for name, model in setting_sections().items():
        parts += [
            f"\n## [tool.tally.{name}]\n",
            f"{_meaning(model)}\n",
            _rows(f"{name}.", model.model_fields),
        ]
    return "\n".join(parts) + "\n"


def _meaning(model: type[BaseModel]) -> str:
    return inspect.cleandoc(str(model.__doc__))


def _rows(prefix: str, fields: dict[str, FieldInfo]) -> str:
    return "\n".join(_table(prefix, fields))


def _table(prefix: str, fields: dict[str, FieldInfo]) -> Iterator[str]:
    yield "| setting | default | variable | meaning |"
    yield "|---|---|---|---|"
    for key, field in fields.items():
        default = "unset" if field.default is None else f"`{field.default}`"
        yield f"| `{key}` | {default} | `{variable_of(prefix + key)}` | {field.description} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(settings_page(), "utf-8")
