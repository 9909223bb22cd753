"""Flink's ``config.yaml``, read as the flat options that Flink's own loader makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML


def read_flink_conf(folder: Path) -> dict[str, str]:
    """Return the options of ``config.yaml`` in ``folder``: ``{'pipeline.object-reuse': 'true'}``.

    A list becomes ``a;b``, as Flink writes list options.
    """
    tree = YAML(typ="safe").load((folder / "config.yaml").read_text("utf-8")) or {}
    return {key: _text(value) for key, value in flatten(tree).items()}


def flatten(tree: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Return nested keys joined by dots, in order."""
    flat: dict[str, object] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)
