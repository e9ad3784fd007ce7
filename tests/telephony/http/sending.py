"""One prepared request through the transport to a server that answers as told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from telephony.contract.errors import ProviderError
from telephony.http.transport import Transport
from tests.telephony.support import ACCESS_SECRET, FakeServer, make_prepared

if TYPE_CHECKING:
    from telephony.http.transport import Reply


async def send(reply: Any, **changes: Any) -> Reply:
    async with FakeServer(reply).client() as client:
        return await Transport(client, secrets=[ACCESS_SECRET]).send(make_prepared(**changes))


async def failure_of(reply: Any, **changes: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await send(reply, **changes)
    return caught.value
