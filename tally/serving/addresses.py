"""Addresses as text: ``host:port``, several by comma, the port optional."""

from __future__ import annotations

from tally.serving.errors import WrongAddress


def split_addresses(text: str, default_port: int) -> list[tuple[str, int]]:
    """Return host and port of each address: ``a:1,[::1]`` gives ``[("a", 1), ("::1", default_port)]``.

    Raises:
        WrongAddress: a part that has no host, or a port that is no number up to 65535.
    """
    return [_split(part.strip(), default_port) for part in text.split(",")]


def _split(part: str, default_port: int) -> tuple[str, int]:
    host, colon, port = part.rpartition(":")
    if not colon or part.endswith("]"):
        host, port = part, str(default_port)
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or not 0 < int(port) <= 65535:
        raise WrongAddress(part)
    return host, int(port)
