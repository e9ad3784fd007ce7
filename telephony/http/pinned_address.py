"""HTTP to the very address that was looked up and checked before, so that no second lookup can lead elsewhere.

TLS is checked against the host's name, and the receiver reads the name. For addresses that came from outside: a
record's recording, a webhook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from telephony.http.transport import USER_AGENT, Timeouts, bare_client

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from telephony.http.public_address import IPAddress


def open_client(*, timeouts: Timeouts | None = None, verify: ssl.SSLContext | bool = True) -> httpx.AsyncClient:
    """To be closed with `aclose()`. Proxies of the environment are not used: they would look up the name again.

    Two hosts may share an address, and a kept connection was checked against the name of the first. A client is
    therefore for one host, or each of its requests says `Connection: close`.
    """
    return bare_client(timeouts=timeouts, verify=verify, trust_env=False)


def build_request(
    client: httpx.AsyncClient,
    method: str,
    target: httpx.URL,
    address: IPAddress,
    *,
    headers: Mapping[str, str],
    content: bytes | None = None,
) -> httpx.Request:
    return client.build_request(
        method,
        target.copy_with(host=str(address), fragment=None),
        content=content,
        headers={
            "User-Agent": USER_AGENT,
            "Accept-Encoding": "identity",
            **headers,
            "Host": target.netloc.decode("ascii"),
        },
        extensions={"sni_hostname": ascii_host(target)},
    )


def ascii_host(target: httpx.URL) -> str:
    """As it goes out: an international name in its ASCII form."""
    return target.raw_host.decode("ascii")


async def first_of(
    addresses: Sequence[IPAddress], ask: Callable[[IPAddress], Awaitable[httpx.Response]]
) -> httpx.Response:
    """The answer of the first address that takes a connection. Raises what httpx raises; nothing is asked twice."""
    for address in addresses[:-1]:
        try:
            return await ask(address)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            continue  # nothing was asked there
    return await ask(addresses[-1])
