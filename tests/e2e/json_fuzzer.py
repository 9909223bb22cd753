"""Draws JSON messages at random, valid and broken, the same for the same seed."""

from __future__ import annotations

from random import Random

from tests.e2e.json_oracle import MAX_DEPTH, MAX_SIZE

VALUES = r"""
id      0 | -0 | 1 | 1e3 | 1.50e1 | 100e-2 | 0e99999 | 9007199254740993 | 9223372036854775807 | -9223372036854775808
label   "" | "ann" | "äöü€" | "\u00e9\ud83d\ude00" | "😀😀😀😀😀😀😀😀😀😀😀😀" | "\"\\\/\b\f\n\r\t" | "NULL"
amount  0 | -0 | -0.0 | 0.1 | 1e-400 | 5e-324 | 9007199254740993 | 1.7976931348623157e308 | 123456789.123456789
flag    true | false
small   127 | -128 | 1.0 | 12e-0 | -0.0 | 1270e-1
price   0 | 1.230 | -999999999.999 | 999999999.999 | 1e8 | 1.23000000000000000000000000000000001e0 | 5e-3
moment  "2013-01-31 12:34:56.789" | "2012-02-29 00:00:00" | "9999-12-31 23:59:59.9990000" | "0001-01-01 00:00:00"
tags    [] | ["a"] | [ null , "b, c",""] | ["\u005b"]
place   {"x":1} | {"y":2147483647,"x":-0.0} | { "z" : [ ] , "x" : 1e3 } | {"x":0.1,"y":null}
"""
COLUMNS = {line.split()[0]: line[8:].split(" | ") for line in VALUES.strip().split("\n")}
"""Values as JSON: most fit, some only just not."""
OTHERS = r"""
null | true | false | nul | True | NaN | Infinity | -Infinity | 'x' | "" | "1" | "true" | [] | {} | [1] | [[]] | {[]}
0 | -1 | 1.5 | 128 | -129 | 01 | 1. | .5 | +1 | - | 1e | 1e400 | 1e99999999999999999999 | 0.0001
1000000000 | 2147483648 | 9223372036854775808 | -9223372036854775809
"text of more than twelve" | "\x" | "\ud800" | "\ud83dx" | "\u12" | "2013-02-30 00:00:00" | "2013-01-31T12:34:56"
"2013-01-31 12:34:56.0001" | "2013-01-31 24:00:00" | ["a",1] | [null]
{"x":null} | {"x":"1"} | {"y":1} | {"x":1,"x":1} | {"x":1,"y":1.5}
"""
ANYTHING = ["", '"\t"', *(value for line in OTHERS.strip().split("\n") for value in line.split(" | "))]
"""What most columns do not take, or not so, and nothing at all."""
UNDECLARED = ["ID", "x", "", "long name of a field", "ü", r"a\"b", r"\ud83d\ude00"]
WORDS = r"""\u \ud800 \udc00 null true nan NaN 00 1e999 // "id":1, ,"x":1 "" [] {}"""
PIECES = [*WORDS.split(), *"{}[],:\"\\-+.e0a'é😀", *"\n\t\f\0\x7f\u00a0\ufeff\u2028"]


class JsonFuzzer:
    """Draws messages of which about as many are rows as are not."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def message(self) -> bytes | None:
        """Return any message."""
        kinds = (self._valid, self._off, self._lacking, self._mutated, self._truncated, self._noise)
        more = (self._deep, self._long, lambda: None)
        [kind] = self._random.choices((*kinds, *more), (50, 15, 4, 20, 5, 4, 2, 2, 1))
        return kind()

    def _valid(self) -> bytes:
        return self._object(self._fields())

    def _off(self) -> bytes:
        """Return a message with a value of any kind in one or two of its columns."""
        fields = self._fields()
        for name in self._random.sample(sorted(COLUMNS), self._random.randint(1, 2)):
            fields[name] = self._random.choice(ANYTHING)
        return self._object(fields)

    def _lacking(self) -> bytes:
        """Return a message without a value that it must have."""
        fields = {**self._fields(), **self._random.choice([{"id": "null"}, {"id": ""}, {"place": '{"y":1}'}])}
        return self._object({name: value for name, value in fields.items() if value})

    def _fields(self) -> dict[str, str]:
        names = self._random.sample(sorted(COLUMNS), self._random.randrange(len(COLUMNS)))
        fields = {name: self._random.choice([*COLUMNS[name], "null"]) for name in names}
        fields["id"] = self._random.choice(COLUMNS["id"])
        for name in self._random.sample(UNDECLARED, self._random.choice([0, 0, 1, 2])):
            fields[name] = self._value(2)
        return fields

    def _object(self, fields: dict[str, str]) -> bytes:
        pairs = [
            f"{self._name(name)}{self._space()}:{self._space()}{value}" for name, value in fields.items()
        ]
        self._random.shuffle(pairs)
        joined = f"{self._space()},{self._space()}".join(pairs)
        return f"{self._space()}{{{joined}{self._space()}}}{self._space()}".encode()

    def _name(self, name: str) -> str:
        if name in COLUMNS and self._random.random() < 0.05:
            return f'"\\u{ord(name[0]):04x}{name[1:]}"'
        return f'"{name}"'

    def _value(self, depth: int) -> str:
        kind = self._random.randrange(10) if depth < MAX_DEPTH - 1 else 9
        inner = [self._value(depth + 1) for _ in range(self._random.randrange(3))] if kind < 2 else []
        if kind == 0:
            return "[" + ",".join(inner) + "]"
        if kind == 1:
            return "{" + ",".join(f'"{number}":{value}' for number, value in enumerate(inner)) + "}"
        return self._random.choice([value for values in COLUMNS.values() for value in values])

    def _space(self) -> str:
        return self._random.choice([" ", "\n", "\t\r", "  "]) if self._random.random() < 0.08 else ""

    def _deep(self) -> bytes:
        """Return a message about as deep as one may be."""
        more = MAX_DEPTH - 1 + self._random.randint(-1, 2)
        arrays = self._random.random() < 0.5
        nested = "[" * more + "]" * more if arrays else '{"x":' * more + "1" + "}" * more
        return self._object({"id": "1", "deep": nested})

    def _long(self) -> bytes:
        """Return a message about as long as one may be."""
        message = self._object({"id": "1", "long": '"ü"'})
        return message.replace(
            b"\xc3\xbc", b"x" * (MAX_SIZE + 2 - len(message) + self._random.randint(-3, 3))
        )

    def _noise(self) -> bytes:
        return self._random.randbytes(self._random.randrange(40))

    def _truncated(self) -> bytes:
        message = self._valid()
        return message[: self._random.randrange(len(message))]

    def _mutated(self) -> bytes:
        message = self._valid()
        for _ in range(self._random.randint(1, 3)):
            begin = self._random.randrange(len(message) + 1)
            end = begin + self._random.choice([0, 0, 1, 3])
            message = message[:begin] + self._splice(message[begin:end]) + message[end:]
        return message

    def _splice(self, instead_of: bytes) -> bytes:
        noise = self._random.randbytes(max(1, len(instead_of)))
        piece = self._random.choice(PIECES).encode()
        return self._random.choice([b"", noise, instead_of * 2, piece, piece])
