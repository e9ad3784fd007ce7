"""Which addresses on the network may be asked for something that a provider named: public ones only."""

from __future__ import annotations

import asyncio
import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

IPAddress = IPv4Address | IPv6Address

_ENTRY = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<host>\.?[a-z0-9_][a-z0-9._-]*))(?::(?P<port>[0-9]{1,5}))?")
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class AllowedHost:
    """One entry of an allow-list: a host, or with a dot in front all its subdomains; `port` None: the usual one."""

    host: str
    port: int | None

    @classmethod
    def parse(cls, entry: str) -> AllowedHost:
        """`host`, `.domain`, `host:port`, `[::1]:port`. Raises ValueError when it is none of these."""
        found = _ENTRY.fullmatch(entry.strip().lower())
        if not found:
            raise ValueError("each allowed host must be a host or .domain, optionally with :port")
        return cls(found["v6"] or found["host"], int(found["port"]) if found["port"] else None)

    def covers(self, host: str, port: int, *, usual_port: int) -> bool:
        named = host.endswith(self.host) and host != self.host if self.host.startswith(".") else host == self.host
        return named and port == (self.port or usual_port)


async def resolve(host: str, port: int) -> list[IPAddress]:
    """All addresses of a host name, or the one that it writes. Raises OSError when the name is not known."""
    try:
        return [ip_address(host)]
    except ValueError:
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
    # "%" cuts off the zone of a link-local address.
    return list(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))


def is_public(address: IPAddress) -> bool:
    """Whether an address is out on the Internet, also when an IPv4 address is wrapped in it."""
    if isinstance(address, IPv6Address):
        # Both wrap an IPv4 address, and a relay decides where that leads.
        if address.sixtofour or address.teredo:
            return False
        wrapped = IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else address.ipv4_mapped
        if wrapped is not None:
            return is_public(wrapped)
    # Python calls most multicast addresses global.
    return address.is_global and not address.is_multicast
