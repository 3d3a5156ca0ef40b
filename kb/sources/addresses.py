"""Which addresses may be talked to: public ones, unless the installation allows its own network.

A name is resolved once, each address that it has is judged, and exactly these are connected to. Otherwise a name could
answer with a public address when it is judged and with a private one when it is used.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable

from kb.sources.errors import SourceRefused, SourceUnavailable

Resolve = Callable[[str, int], Awaitable[tuple[str, ...]]]
"""Gives the addresses of a name, the preferred one first. Raises OSError."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NEXT_STEP = "If this address is meant, let the administrator allow private addresses for sources."
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_UNICAST = ipaddress.IPv6Network("2000::/3")  # RFC 4291: all global unicast addresses that are given out
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # public by number, yet answered by the host of a virtual machine
        "192.0.0.0/24",  # IETF protocols, used for metadata by a cloud; Python calls some of it global
        "192.88.99.0/24",  # relays of 6to4, which go to anywhere
        "2001::/23",  # IETF protocols
        "3fff::/20",  # documentation, newer than some Pythons
    )
)


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """Ask the system for the addresses of ``host``."""
    loop = asyncio.get_running_loop()
    answers = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(answer[4][0]).partition("%")[0] for answer in answers))


def is_public(address: str) -> bool:
    """Return whether an address belongs to the public Internet. One that wraps an IPv4 address is judged by that."""
    try:
        found: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        found = _unwrapped(found)
    if isinstance(found, ipaddress.IPv6Address) and found not in _UNICAST:
        return False
    return (
        found.is_global
        and not found.is_multicast
        and not found.is_reserved
        and not any(found in network for network in _SPECIAL)
    )


def _unwrapped(address: ipaddress.IPv6Address) -> Address:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


async def judged(host: str, port: int, *, allow_private: bool, resolve: Resolve = resolve) -> tuple[str, ...]:
    """Return the addresses of ``host`` that may be connected to.

    Raises SourceRefused where one of them is private, since no name of a public site has one; SourceUnavailable where
    there is no address.
    """
    bare = host.strip("[]")
    try:
        addresses = await resolve(bare, port)
    except (OSError, UnicodeError) as exc:
        reason = (exc.strerror or str(exc)) if isinstance(exc, OSError) else "no name that could exist"
        raise SourceUnavailable(
            f"The name {bare} has no address: {reason}.", next_step="Check the spelling and the name service."
        ) from exc
    if not addresses:
        raise SourceUnavailable(f"The name {bare} has no address.", next_step="Check the spelling.")
    if not allow_private:
        for address in addresses:
            if not is_public(address):
                said = bare if bare == address else f"{bare} has the address {address}, which"
                raise SourceRefused(
                    f"{said} is not public: addresses of this machine, of private networks and of cloud metadata "
                    "are not read.",
                    next_step=NEXT_STEP,
                )
    return addresses
