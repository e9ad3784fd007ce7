from __future__ import annotations

import httpx
import pytest

from telephony.http.redaction import Redactor
from telephony.http.transport import Reply, Transport
from tests.telephony.support import ACCESS_SECRET, CALLEE, FakeServer, make_prepared

SIGNATURE = "0123456789abcdef"


async def send(reply: httpx.Response, **changes: object) -> Reply:
    async with FakeServer(reply).client() as client:
        return await Transport(client, secrets=[ACCESS_SECRET]).send(make_prepared(**changes))


@pytest.mark.asyncio
async def test_the_kept_exchange_hides_signature_secret_and_numbers_wherever_they_are() -> None:
    digits = CALLEE.removeprefix("+")
    echo = f'{{"callee":"{digits}","as":"+{digits}","idd":"00{digits}","national":"07700900001","s":"{ACCESS_SECRET}"'
    echo += f',"sign":"{SIGNATURE}","ts":1700000000123,"call":"447700900002"}}'
    reply = await send(
        httpx.Response(200, text=echo),
        url=f"https://did.nxcloud.test/dialout?n={digits}",
        headers=(("Sign", SIGNATURE), ("X-Callee", digits), ("ts", "1700000000123")),
    )

    exchange = reply.exchange
    assert exchange.request_body == '{"callee":"4477009•••01"}'
    assert exchange.request_headers == (("Sign", "•••"), ("X-Callee", "4477009•••01"), ("ts", "1700000000123"))
    assert exchange.url.endswith("?n=4477009•••01")
    assert exchange.reply_body == (
        '{"callee":"4477009•••01","as":"+4477009•••01","idd":"004477009•••01","national":"077009•••01","s":"•••"'
        ',"sign":"•••","ts":1700000000123,"call":"447700900002"}'
    )
    for text in (repr(reply), repr(exchange)):
        assert digits not in text
        assert SIGNATURE not in text
        assert ACCESS_SECRET not in text


@pytest.mark.asyncio
async def test_a_long_body_is_masked_before_it_is_cut() -> None:
    padding = "x" * (64 * 1024 - 6)
    reply = await send(httpx.Response(200, text=padding + "447700900001" + "y" * 100))

    kept, note = reply.exchange.reply_body.split("\n")
    assert kept == padding + "447700"
    assert note == "[cut after 64 KiB of 65642 bytes]"

    reply = await send(httpx.Response(200, text="é" * 40_000 + "447700900001"))
    assert len(reply.exchange.reply_body.split("\n")[0].encode()) <= 64 * 1024


@pytest.mark.asyncio
async def test_nul_is_not_kept_because_the_database_cannot_store_it() -> None:
    assert (await send(httpx.Response(200, content=b"a\x00b"))).exchange.reply_body == "a\ufffdb"


def test_a_reply_full_of_other_peoples_numbers_is_masked_throughout() -> None:
    text = '{"caller":"447700900002","size":100,"ts":1700000000123}'

    masked = Redactor(make_prepared(), mask_all=True).text(text)

    assert masked == '{"caller":"4477009•••02","size":100,"ts":17000000•••23}'
    assert Redactor(make_prepared()).text(text) == text
