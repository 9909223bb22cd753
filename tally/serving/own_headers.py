"""Headers of tally's own on records of late and refused rows: ``tally.<name>``, each UTF-8 text that is not empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from confluent_kafka import Message

from tally.serving.dead_letters import Headers

OwnHeaders = Mapping[str, bytes | None]


def headers_of(message: Message) -> OwnHeaders:
    """Return the headers of a record by name; of several of one name the last."""
    return dict(cast(Headers, tuple(message.headers() or ())))


def header_text(headers: OwnHeaders, name: str) -> str:
    """Return the text of the header ``tally.<name>``.

    Raises:
        KeyError: there is none.
        ValueError: it is empty, or no UTF-8.
    """
    value = headers[f"tally.{name}"]
    if not value:
        raise ValueError(name)
    return value.decode()
