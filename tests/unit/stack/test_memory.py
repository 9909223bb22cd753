"""How much memory is free: the machine's, or less in a container."""

from __future__ import annotations

from pathlib import Path

import psutil

from tally.stack.memory import available_memory


def test_a_container_may_have_less_than_the_machine(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("300000000\n")
    (tmp_path / "memory.current").write_text("200000000\n")
    (tmp_path / "memory.stat").write_text("anon 150000000\nactive_file 10000000\ninactive_file 20000000\n")
    # What caches files can be had back.
    assert available_memory(tmp_path) == 300000000 - 200000000 + 10000000 + 20000000


def test_no_limit(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("200000000\n")
    total = psutil.virtual_memory().total
    assert 0 < available_memory(tmp_path) <= total
    assert 0 < available_memory(tmp_path / "no cgroups here") <= total
