import pytest

from tally.serving.fingerprints import fingerprint


@pytest.fixture
def root(tmp_path):
    (tmp_path / "sql" / "aggregates").mkdir(parents=True)
    (tmp_path / "sql" / "aggregates" / "a.sql").write_text("SELECT '${TOPIC:-t}'", "utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.tally]\n", "utf-8")
    return tmp_path


def test_the_fingerprint_follows_files_and_the_variables_they_name(root):
    seen = [fingerprint(root, {}), fingerprint(root, {"TOPIC": "u"})]
    assert fingerprint(root, {"OTHER": "u"}) == seen[0]

    for name in ("sql/aggregates/a.sql", "pyproject.toml", "jobs/top.py", "udfs/deep/er.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("changed ${TOPIC}", "utf-8")
        seen.append(fingerprint(root, {}))
    (root / "sql/aggregates/a.sql").rename(root / "sql/aggregates/b.sql")
    seen.append(fingerprint(root, {}))

    assert len(set(seen)) == 7
    (root / "udfs" / "__pycache__").mkdir()
    (root / "udfs" / "__pycache__" / "er.pyc").write_bytes(b"x")
    (root / "README.md").write_text("x", "utf-8")
    assert fingerprint(root, {}) == seen[-1]
