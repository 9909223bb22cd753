import pytest

from tally.serving.addresses import split_addresses
from tally.serving.errors import WrongAddress


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("localhost:1", [("localhost", 1)]),
        ("localhost", [("localhost", 9042)]),
        ("a:1, b:65535,c", [("a", 1), ("b", 65535), ("c", 9042)]),
        ("[::1]:1,[::1]", [("::1", 1), ("::1", 9042)]),
    ],
)
def test_addresses_are_hosts_with_ports(text, addresses):
    assert split_addresses(text, 9042) == addresses


@pytest.mark.parametrize("text", ["", ":1", "a:", "a:b", "a:0", "a:65536", "a:1,,b:2"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(WrongAddress) as caught:
        split_addresses(text, 9042)

    wrong = text.split(",")[-2] if "," in text else text
    assert str(caught.value) == (
        f"'{wrong}' is not an address\nhint: write host:port, several separated by commas"
    )
