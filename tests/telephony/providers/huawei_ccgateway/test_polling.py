"""Polls: one event or none, and a pause between them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx
import pytest

from telephony.http.redaction import Redactor
from telephony.providers.huawei_ccgateway.session import POLL_LASTS
from tests.telephony.providers.huawei_ccgateway.gateway import CALL_ID, Gateway, event_of, later, reply


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


@pytest.mark.asyncio
async def test_a_poll_that_was_given_up_is_handed_over() -> None:
    asked, never = asyncio.Event(), asyncio.Event()

    async def keeps_waiting() -> None:
        asked.set()
        await never.wait()

    session = await Gateway(poll=[reply, later(reply, keeps_waiting)]).signed_in()
    await session.poll()
    answered = session.hand_over()
    assert answered is not None
    assert answered.polled_for == 0

    poll = asyncio.create_task(session.poll())
    await asked.wait()
    poll.cancel()
    await asyncio.gather(poll, return_exceptions=True)

    given_up = session.hand_over()
    assert given_up is not None
    assert POLL_LASTS - 1 < given_up.polled_for <= POLL_LASTS
    assert given_up == session.saved


@pytest.mark.asyncio
@pytest.mark.parametrize(("polled_for", "least"), [(0.0, 0.0), (0.2, 0.19)])
async def test_the_first_poll_waits_for_the_one_of_another_process(polled_for: float, least: float) -> None:
    gateway = Gateway()
    signed_in = await gateway.signed_in()
    assert signed_in.saved is not None
    saved = replace(signed_in.saved, polled_for=polled_for)
    loop = asyncio.get_running_loop()
    session = gateway.session(saved=saved)
    started = loop.time()
    await session.poll()

    assert least <= loop.time() - started < least + 0.15
    assert session.hand_over() == saved


@pytest.mark.asyncio
async def test_no_clock_makes_an_agent_wait_longer_than_a_poll_lasts() -> None:
    gateway = Gateway()
    signed_in = await gateway.signed_in()
    assert signed_in.saved is not None
    session = gateway.session(saved=replace(signed_in.saved, polled_for=3600))

    handed_on = session.hand_over()
    assert handed_on is not None
    assert handed_on.polled_for <= POLL_LASTS
