"""The rows: one table for all, and which keys the row numbers fall on."""

from __future__ import annotations

from dataclasses import dataclass

TABLE = "rows"
CQL = "p bigint, c int, v bigint, t text, PRIMARY KEY ((p), c)"
COLUMNS = "p BIGINT NOT NULL, c INT NOT NULL, v BIGINT NOT NULL, t STRING NOT NULL"
KEY = "PRIMARY KEY (p, c) NOT ENFORCED"
TEXT = "x" * 24
UPDATES = 10
WIDTH = 50
_KEYS = 1_000
BLOCK = UPDATES * _KEYS
"""Every number of rows is a multiple of it, so that each key gets all its updates."""


@dataclass(frozen=True)
class Shape:
    """Where row ``n`` goes; its value ``v`` is ``n``.

    Attributes:
        name: of the case.
        partition: ``p`` in Flink SQL.
        clustering: ``c`` in Flink SQL.
        updates: rows in the stream for each row in the table.
        scale: by how much both sizes are multiplied, so that cheaper rows take as long as dear ones.
    """

    name: str
    partition: str
    clustering: str
    updates: int = 1
    scale: int = 1

    def query(self, text: str) -> str:
        """Return the SELECT over ``numbers``; ``text`` is the value of ``t``."""
        return f"SELECT {self.partition} AS p, CAST({self.clustering} AS INT) AS c, n AS v, '{text}' AS t FROM numbers"

    def served(self, rows: int) -> tuple[int, int]:
        """Return how many rows the table has to hold after so many, and the sum of their values."""
        if self.updates == 1:
            return rows, rows * (rows - 1) // 2
        # The last of each block's rounds over its keys stays.
        last = sum(sum(range(end - _KEYS, end)) for end in range(BLOCK, rows + 1, BLOCK))
        return rows // self.updates, last


UNIFORM = Shape("uniform", "n", "0")
UPDATED = Shape("updates", f"n / {BLOCK} * {_KEYS} + MOD(n, {_KEYS})", "0", UPDATES, scale=4)
PARTITIONS = Shape("partitions", f"n / {WIDTH}", f"MOD(n, {WIDTH})", scale=4)
SHAPES = {shape.name: shape for shape in (UNIFORM, UPDATED, PARTITIONS)}
