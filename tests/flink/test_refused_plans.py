"""Every mistake that planning finds: a folder of tests/projects/bad each, with the exact text beside it.

``{root}`` in it stands for the folder, where a text names it.
"""

from pathlib import Path

import pytest

from tally.errors import TallyError

BAD = sorted(path.parent for path in Path("tests/projects/bad").glob("*/expected.txt"))


@pytest.mark.parametrize("root", BAD, ids=[path.name for path in BAD])
def test_a_mistake_is_told_with_its_place_and_what_to_write(root, plan):
    with pytest.raises(TallyError) as refused:
        plan(root.resolve())
    assert str(refused.value) == (root / "expected.txt").read_text("utf-8").rstrip("\n")
    assert refused.value.exit_code == 2
