"""What a broker is formatted with."""

from __future__ import annotations

from base64 import urlsafe_b64decode

from tally.stack.kafka import cluster_id


def test_a_cluster_id_is_never_taken_for_an_option() -> None:
    # Of random ids one in 64 starts with a dash.
    ids = [cluster_id() for _ in range(2_000)]
    assert not [found for found in ids if found.startswith("-")]
    assert {len(urlsafe_b64decode(found + "==")) for found in ids} == {16}
