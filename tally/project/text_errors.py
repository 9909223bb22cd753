"""What can be wrong with SQL text before Flink sees it: quotes, comments, variables; one class a mistake."""

from __future__ import annotations

from dataclasses import dataclass

from tally.errors import ProjectError, Span


@dataclass(eq=False)
class UnterminatedString(ProjectError):
    """A ``'`` without its end."""

    span: Span

    @property
    def message(self) -> str:
        """Say what is open; the span is its beginning."""
        return "unterminated string"

    @property
    def hint(self) -> str:
        """Say how to close it, and how to write a quote."""
        return "close it with ', and write '' for a quote inside it"


@dataclass(eq=False)
class UnterminatedName(ProjectError):
    """A backtick without its end on the same line."""

    span: Span

    @property
    def message(self) -> str:
        """Say what is open; the span is its beginning."""
        return "unterminated quoted name"

    @property
    def hint(self) -> str:
        """Say how to close it, and how to write a backtick."""
        return "close it with ` on the same line, and write `` for a backtick inside it"


@dataclass(eq=False)
class UnterminatedComment(ProjectError):
    """A ``/*``, or the ``/*+`` of a hint, without its end."""

    span: Span

    @property
    def message(self) -> str:
        """Say what is open; the span is its beginning."""
        return "unterminated comment"

    @property
    def hint(self) -> str:
        """Say how to close it."""
        return "close it with */ before the statement ends"


@dataclass(eq=False)
class UnterminatedStatementSet(ProjectError):
    """``STATEMENT SET BEGIN`` without its ``END``."""

    span: Span

    @property
    def message(self) -> str:
        """Say what is open; the span is its first keyword."""
        return "unterminated statement set"

    @property
    def hint(self) -> str:
        """Say how to close it."""
        return "end each INSERT with ; and write END; after the last"


@dataclass(eq=False)
class DoubleQuotes(ProjectError):
    """Text in double quotes, which have no meaning in Flink SQL."""

    text: str
    span: Span

    @property
    def message(self) -> str:
        """Show the text."""
        return f"double quotes are not part of Flink SQL: {self.text}"

    @property
    def hint(self) -> str:
        """Show it as a name and as text."""
        inner = self.text.strip('"')
        return f"write `{inner}` for a name, '{inner}' for text"


@dataclass(eq=False)
class MalformedVariable(ProjectError):
    """``${`` that no name and ``}`` follow."""

    span: Span

    @property
    def message(self) -> str:
        """Say what is wrong with it."""
        return "malformed variable"

    @property
    def hint(self) -> str:
        """Give the legal forms."""
        return "write ${NAME} or ${NAME:-default}; $${ is a literal ${"


@dataclass(eq=False)
class MissingVariable(ProjectError):
    """A variable that has neither a value nor a default."""

    name: str
    spans: tuple[Span, ...]

    @property
    def span(self) -> Span:  # type: ignore[override]
        """Where it stands first."""
        return self.spans[0]

    @property
    def message(self) -> str:
        """Name it, and the other places where it stands."""
        others = f" (also at {', '.join(map(str, self.spans[1:]))})" if self.spans[1:] else ""
        return f"variable '{self.name}' is not set{others}"

    @property
    def hint(self) -> str:
        """Say how to give it a value."""
        return f"set it: export {self.name}=..., or write a default: ${{{self.name}:-...}}"
