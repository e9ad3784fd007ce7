"""Posts one message to one address, and says what came back. The only place here that touches the network."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass

import httpx
from django.utils.translation import gettext as _

from dialer.notices.masking import mask_numbers
from dialer.support import webhook_address
from telephony.http import pinned_address
from telephony.http.public_address import IPAddress
from telephony.http.transport import Timeouts
from telephony.http.untrusted_json import storable_text

Client = httpx.AsyncClient
TOTAL_SECONDS = 15.0
"""For one message, whatever the receiver does; outbox.LEASE is longer."""
KEPT_BYTES = 2000
KEPT_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class PostResult:
    """What became of one try. `status` None: no answer came."""

    status: int | None
    text: str

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        return self.status == httpx.codes.GONE


def open_client(*, verify: ssl.SSLContext | bool = True) -> Client:
    """To be closed."""
    return pinned_address.open_client(timeouts=Timeouts(pool=10.0, read=10.0), verify=verify)


async def post(client: Client, url: str, body: bytes, headers: dict[str, str]) -> PostResult:
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            return await _post(client, url, body, headers)
    except webhook_address.Unreachable as exc:
        return PostResult(None, exc.message)
    except (TimeoutError, httpx.TimeoutException):
        return PostResult(None, _("No answer in time."))
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        # Its words may name the address with what stands behind its question mark.
        return PostResult(None, _("The connection failed (%(what)s).") % {"what": type(exc).__name__})


async def _post(client: Client, url: str, body: bytes, headers: dict[str, str]) -> PostResult:
    addresses = await webhook_address.find(url)
    target = httpx.URL(url)
    headers = {**headers, "Content-Type": "application/json"}

    async def ask(address: IPAddress) -> httpx.Response:
        request = pinned_address.build_request(client, "POST", target, address, headers=headers, content=body)
        return await client.send(request, stream=True)

    # By the address that was checked: the name may lead elsewhere the next time it is looked up.
    response = await pinned_address.first_of(addresses, ask)
    try:
        return PostResult(response.status_code, await _read_beginning(response))
    finally:
        await response.aclose()


async def _read_beginning(response: httpx.Response) -> str:
    """The first characters, for a person who looks for the fault. The status alone decides."""
    kept = b""
    with suppress(httpx.HTTPError):  # the status has come; its words are a courtesy
        async for chunk in response.aiter_raw():
            kept += chunk
            if len(kept) >= KEPT_BYTES:
                break
    text = storable_text(kept[:KEPT_BYTES].decode(errors="replace"))
    return mask_numbers(" ".join(text.split()))[:KEPT_CHARACTERS]
