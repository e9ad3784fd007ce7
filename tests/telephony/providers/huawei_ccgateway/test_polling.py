"""Polls: one event or none, and a pause between them."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from telephony.http.redaction import Redactor
from tests.telephony.providers.huawei_ccgateway.gateway import CALL_ID, Gateway, event_of, reply


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "body",
    [
        '{"message":"","retcode":"0"}',
        '{"message":"","retcode":"0","event":null}',
        '{"message":"","retcode":"0","event":""}',
        '{"message":"","retcode":"0","event":{}}',
        '{"message":"","retcode":"0","event":[]}',
        '{"message":"","retcode":"0","event":"\\u0000"}',
        '{"message":"","retcode":"0"}\\u0000\\u0000',
        '{"message":"","retcode":"0"}\x00',
        '{"message":"","retcode":"0","event":{"eventType":"AgentState_Ready","workNo":"1418","content":null}}',
    ],
)
async def test_an_empty_poll_is_no_event(body: str) -> None:
    session = await Gateway(poll=httpx.Response(200, text=body)).signed_in()

    assert await session.poll() is None


@pytest.mark.asyncio
async def test_a_poll_brings_one_event() -> None:
    session = await Gateway(poll=reply(event=event_of("AgentEvent_Call_Out_Fail", CALL_ID))).signed_in()

    event = await session.poll()
    assert event is not None
    assert (event.kind, event.call_id) == ("call_out_fail", CALL_ID)


@pytest.mark.asyncio
async def test_a_poll_makes_nothing_to_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    session = await Gateway(poll=reply(event=event_of("AgentState_Ready"))).signed_in()
    monkeypatch.delattr(Redactor, "exchange")

    assert await session.poll() is not None


@pytest.mark.asyncio
async def test_nul_escapes_go_and_other_escapes_stay() -> None:
    event_text = '{"eventType":"OUTBOUND_DETECT_EVENT\\u0000","content":{"desc":"a\\\\u0000 \\n ä\\u0000"}}'
    text = f'{{"retcode":"0","event":{event_text}}}'
    session = await Gateway(poll=httpx.Response(200, text=text)).signed_in()

    event = await session.poll()
    assert event is not None
    assert (event.kind, event.raw["content"]["desc"]) == ("call_cause", "a\\u0000 \n ä")


@pytest.mark.asyncio
async def test_polls_keep_their_pause() -> None:
    session = await Gateway().signed_in()
    session._pause = 0.05
    loop = asyncio.get_running_loop()
    await session.poll()
    started = loop.time()
    await session.poll()

    assert loop.time() - started >= 0.045
