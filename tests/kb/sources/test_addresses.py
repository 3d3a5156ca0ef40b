"""Which addresses are public, and that the one that was judged is the one that is connected to."""

import pytest

from kb.sources import SourceRefused, SourceUnavailable
from kb.sources.addresses import is_public, judged
from tests.kb.sources.serving import names


@pytest.mark.parametrize(
    "address",
    [
        "93.184.215.14",
        "1.1.1.1",
        "2606:4700::1111",
        "::ffff:93.184.215.14",
        "64:ff9b::5db8:d70e",
        "2001:4860:4860::8888",
    ],
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1",
        "100.100.100.200", "192.0.0.192", "198.18.0.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "168.63.129.16", "::", "::1", "::7f00:1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::",
        "2001:db8::1",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe", "192.88.99.1", "3fff::1", "100::1", "", "no address", "0x7f.1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_not(address: str) -> None:
    assert not is_public(address)


async def test_one_private_address_among_several_refuses_the_name() -> None:
    with pytest.raises(SourceRefused, match=r"10\.0\.0\.1"):
        await judged("x.test", 443, allow_private=False, resolve=names(x_test="1.1.1.1,10.0.0.1"))
    allowed = await judged("x.test", 443, allow_private=True, resolve=names(x_test="1.1.1.1,10.0.0.1"))
    assert allowed == ("1.1.1.1", "10.0.0.1")


async def test_a_name_without_an_address_is_unavailable() -> None:
    with pytest.raises(SourceUnavailable, match="no address"):
        await judged("x.test", 443, allow_private=False, resolve=names(x_test=""))


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "localhost", "0"])
async def test_other_ways_to_write_this_machine_are_refused(host: str) -> None:
    with pytest.raises((SourceRefused, SourceUnavailable)):
        await judged(host, 80, allow_private=False)
