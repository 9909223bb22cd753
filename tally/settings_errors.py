"""What can be wrong with settings: one class a mistake; none shows a value, which may be a secret."""

from __future__ import annotations

from dataclasses import dataclass

from tally.errors import ProjectError, Span, nearest_hint
from tally.settings_model import setting_paths


@dataclass(eq=False)
class UnknownSetting(ProjectError):
    """A key of [tool.tally], or a TALLY_* variable, that does not exist."""

    origin: str
    key: str
    legal: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name the key and where it stands."""
        return f"{self.origin}: unknown setting '{self.key}'"

    @property
    def hint(self) -> str:
        """Give the nearest legal key."""
        return nearest_hint(self.key, self.legal)


@dataclass(eq=False)
class UnknownEnvironment(ProjectError):
    """An environment that is neither ``local`` nor a table of [tool.tally.environments]."""

    origin: str
    name: str
    legal: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name the environment and who asks for it."""
        return f"{self.origin}: unknown environment '{self.name}'"

    @property
    def hint(self) -> str:
        """Give the nearest environment."""
        return nearest_hint(self.name, self.legal)


@dataclass(eq=False)
class WrongSetting(ProjectError):
    """A setting whose value has the wrong type or range; the value itself is never shown."""

    origin: str
    key: str
    reason: str

    @property
    def message(self) -> str:
        """Name the key and where it stands."""
        return f"{self.origin}: setting '{self.key}': {self.reason}"

    @property
    def hint(self) -> str | None:
        """Say what the setting means."""
        meaning = setting_paths().get(self.key)
        return f"{self.key}: {meaning}" if meaning else None


@dataclass(eq=False)
class NotToml(ProjectError):
    """A pyproject.toml that is not valid TOML."""

    reason: str
    span: Span

    @property
    def message(self) -> str:
        """Say what the parser found."""
        return f"not valid TOML: {self.reason}"
