"""Flink's textual types as data: ``MAP<STRING NOT NULL, DECIMAL(10, 2)>`` becomes a ``FlinkType``.

Reads both spellings that Flink prints: the summary (``TIMESTAMP_LTZ(3)``, ``STRING``) and the serializable
one (``TIMESTAMP(3) WITH LOCAL TIME ZONE``, ``VARCHAR(2147483647)``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_SYNONYMS = {
    "INTEGER": "INT",
    "NUMERIC": "DECIMAL",
    "DEC": "DECIMAL",
    "DOUBLE PRECISION": "DOUBLE",
    "BYTES": "VARBINARY",
    "STRING": "VARCHAR",
    "TIMESTAMP WITH LOCAL TIME ZONE": "TIMESTAMP_LTZ",
    "TIMESTAMP WITHOUT TIME ZONE": "TIMESTAMP",
    "TIME WITHOUT TIME ZONE": "TIME",
}
_OPENING = {"(": ")", "<": ">"}


@dataclass(frozen=True)
class FlinkType:
    """A type taken apart.

    Attributes:
        root: its name, upper case, synonyms replaced: ``STRING`` is ``VARCHAR``.
        arguments: what stands in parentheses: precision, scale or length.
        elements: of ``ARRAY`` its one, of ``MAP`` its two types, else none.
    """

    root: str
    arguments: tuple[int, ...] = ()
    elements: tuple[FlinkType, ...] = ()

    def argument(self, index: int, default: int) -> int:
        """Return the argument at ``index``, or Flink's default where it is not written."""
        return self.arguments[index] if index < len(self.arguments) else default

    def __str__(self) -> str:
        if self.elements:
            return f"{self.root}<{', '.join(str(element) for element in self.elements)}>"
        return self.root + (
            f"({', '.join(str(number) for number in self.arguments)})" if self.arguments else ""
        )

    @property
    def scale(self) -> int:
        """Digits after the point of a DECIMAL; 0 where none is written."""
        return self.argument(1, 0)

    @property
    def precision(self) -> int:
        """Digits of a second's fraction of a TIMESTAMP; 6 where none is written, as in Flink."""
        return self.argument(0, 6)


def parse_type(text: str) -> FlinkType:
    """Take a Flink type apart; a type that it does not know comes out with its whole text as ``root``."""
    bare = text.strip().removesuffix(" NOT NULL").removesuffix(" NULL")
    outside, inside = _split_brackets(bare)
    name = " ".join(outside.split()).upper()
    root = _SYNONYMS.get(name, name)
    if root in ("ARRAY", "MAP") and "<" in bare:
        return FlinkType(root, elements=tuple(parse_type(part) for part in _split_commas(inside)))
    numbers = inside.split(",") if inside else []
    if all(number.strip().isdigit() for number in numbers):
        return FlinkType(root, tuple(int(number) for number in numbers))
    return FlinkType(root)


def may_hold_nulls(text: str) -> bool:
    """Tell whether a null can be inside a value of an ``ARRAY`` or ``MAP`` type, as an element, a key or a value."""
    outside, inside = _split_brackets(text.strip().removesuffix(" NOT NULL"))
    if outside.strip().upper() not in ("ARRAY", "MAP"):
        return False
    parts = [part.strip() for part in _split_commas(inside)]
    return any(not part.endswith(" NOT NULL") or may_hold_nulls(part) for part in parts)


def _split_brackets(text: str) -> tuple[str, str]:
    """Return the text around the first brackets, and what stands in them: ``A(1) B`` -> ``A B``, ``1``."""
    start = next((i for i, char in enumerate(text) if char in _OPENING), None)
    if start is None:
        return text, ""
    end = next((i for i, char, depth in _walk(text) if i > start and depth == 0 and char in ")>"), len(text))
    return f"{text[:start]} {text[end + 1 :]}", text[start + 1 : end]


def _split_commas(text: str) -> list[str]:
    commas = [i for i, char, depth in _walk(text) if char == "," and depth == 0]
    return [text[a + 1 : b] for a, b in zip([-1, *commas], [*commas, len(text)], strict=True)]


def _walk(text: str) -> Iterator[tuple[int, str, int]]:
    """Yield index, character and depth of brackets after it, quoted names and strings left out."""
    depth, quote = 0, ""
    for index, char in enumerate(text):
        if quote or char in "`'":
            quote = "" if char == quote else quote or char
            continue
        depth += (char in _OPENING) - (char in ")>")
        yield index, char, depth
