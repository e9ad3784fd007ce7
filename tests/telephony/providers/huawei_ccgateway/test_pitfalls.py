"""What goes wrong with this gateway in practice, one test each; the numbers keep the list in order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from telephony.contract.errors import RequestRejected, SessionLost
from telephony.contract.vocabulary import CallStage, Disposition
from telephony.providers.huawei_ccgateway.call_tracker import CallTracker
from tests.telephony.providers.huawei_ccgateway.gateway import (
    CALL_ID,
    COOKIE,
    GUID,
    NEWER,
    NOW_MS,
    Gateway,
    body_of,
    event_of,
    later,
    make_order,
    reply,
    signed_in,
)
from tests.telephony.providers.huawei_ccgateway.test_call_tracker import (
    ALERTING,
    CONNECT_FAIL,
    OFF_HOOK,
    OUT_FAIL,
    PHONE_DOWN,
    tracked,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable


@pytest.mark.asyncio
async def test_01_two_polls_of_a_session_never_run_at_a_time() -> None:
    gateway, hold = Gateway(), asyncio.Event()
    session = await gateway.signed_in()
    gateway.answers["poll"] = later(reply, hold.wait)
    polls = [asyncio.create_task(session.poll()) for _ in range(2)]
    await asyncio.sleep(0.01)
    assert len(gateway.named("poll")) == 1
    hold.set()

    await asyncio.gather(*polls)
    assert len(gateway.named("poll")) == 2


@pytest.mark.asyncio
async def test_02_operations_follow_the_guid_that_polls_and_operations_bring() -> None:
    gateway = Gateway(poll=[reply(guid=NEWER), reply()], sayfree=reply(guid="third.AgentGateway0"))
    session = await gateway.signed_in()
    await session.poll()
    await session.set_idle()
    await session.poll()
    await session.set_busy()

    guids = [request.headers.get("Guid") for request in gateway.requests]
    assert guids == [None, GUID, GUID, NEWER, "third.AgentGateway0", "third.AgentGateway0"]


@pytest.mark.asyncio
async def test_03_the_guid_goes_back_without_jsessionid() -> None:
    gateway = Gateway()
    await gateway.signed_in()

    assert gateway.last.headers["Guid"] == GUID


@pytest.mark.asyncio
async def test_04_each_session_replays_its_own_cookies_and_the_client_keeps_none() -> None:
    gateway = Gateway(poll=reply(cookies=("HWWAFSESTIME=17",)))
    session, other = await gateway.signed_in(), gateway.session(agent_id="1418")
    await session.poll()
    await session.set_idle()
    assert gateway.last.headers["Cookie"] == f"HWWAFSESID={COOKIE}; HWWAFSESTIME=17"

    await other.sign_in()
    assert "Cookie" not in gateway.requests[-2].headers
    assert gateway.last.headers["Cookie"] == f"HWWAFSESID={COOKIE}"
    assert not session._client._client.cookies


@pytest.mark.asyncio
async def test_05_a_poll_may_wait_longer_than_ten_seconds() -> None:
    gateway = Gateway()
    session = await gateway.signed_in()
    await session.poll()

    assert gateway.last.extensions["timeout"]["read"] >= 20


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("event_type", "content"),
    [
        ("AgentEvent_Call_Out_Fail", CALL_ID),
        ("AgentEvent_Connect_Fail", CALL_ID),
        ("AgentEvent_Call_Release", CALL_ID),
        ("AgentEvent_Talking", {"callid": CALL_ID}),
        ("OUTBOUND_DETECT_EVENT", {"callId": CALL_ID}),
    ],
)
async def test_06_the_call_id_is_found_in_each_shape(event_type: str, content: Any) -> None:
    event = await (await Gateway(poll=reply(event=event_of(event_type, content))).signed_in()).poll()

    assert event is not None
    assert event.call_id == CALL_ID


def test_07_phone_events_without_a_call_id_belong_to_the_agents_call() -> None:
    assert tracked(ALERTING).stage is CallStage.AGENT_RINGING
    assert tracked(ALERTING, OFF_HOOK).stage is CallStage.AGENT_ANSWERED


@pytest.mark.asyncio
async def test_08_a_taken_call_out_is_not_a_connection() -> None:
    accepted = await (await Gateway(callout=reply(result=CALL_ID)).signed_in()).place_call(make_order(), now_ms=NOW_MS)
    tracker = CallTracker(call_id=accepted.provider_id)

    assert tracker.stage is None
    assert tracker.record().disposition is Disposition.UNKNOWN


def test_09_an_agent_who_does_not_lift_the_phone_is_told_apart_from_the_callee() -> None:
    record = tracked(ALERTING, OUT_FAIL, CONNECT_FAIL, PHONE_DOWN).record()

    assert (record.disposition, record.hangup_reason) == (Disposition.FAILED, "The agent did not answer")


@pytest.mark.asyncio
async def test_10_sign_in_always_takes_the_skills() -> None:
    gateway = Gateway(forcelogin=signed_in)
    session = await gateway.signed_in()
    await session.sign_in(force=True)

    assert gateway.names() == ["sign_in", "resetskill", "forcelogin", "resetskill"]


@pytest.mark.asyncio
async def test_11_sign_in_and_sign_out_never_overlap() -> None:
    gateway, hold = Gateway(), asyncio.Event()
    session = await gateway.signed_in()
    gateway.answers["logout"] = later(reply, hold.wait)
    asked: list[Awaitable[None]] = [asyncio.create_task(session.sign_out()), asyncio.create_task(session.sign_in())]
    await asyncio.sleep(0.01)
    assert gateway.names()[2:] == ["logout"]
    hold.set()

    await asyncio.gather(*asked)
    assert gateway.names()[2:] == ["logout", "sign_in", "resetskill"]
    assert session.saved is not None


@pytest.mark.asyncio
async def test_12_after_a_restart_the_agent_is_signed_in_already_or_the_saved_session_goes_on() -> None:
    gateway = Gateway(sign_in=[signed_in(), reply("100-002")])
    saved = (await gateway.signed_in()).saved

    with pytest.raises(RequestRejected, match="already signed in") as caught:
        await gateway.session().sign_in()
    assert caught.value.code == "100-002"
    assert await gateway.session(saved=saved).poll() is None


@pytest.mark.asyncio
async def test_13_nobody_is_thrown_out_unasked_and_who_was_thrown_out_knows() -> None:
    gateway = Gateway(sign_in=[signed_in(), reply("100-002")])
    session = await gateway.signed_in()
    with pytest.raises(RequestRejected):
        await gateway.session().sign_in()
    assert "forcelogin" not in gateway.names()

    gateway.answers["poll"] = reply("100-006")
    with pytest.raises(SessionLost):
        await session.poll()


@pytest.mark.asyncio
@pytest.mark.parametrize("phone", ["+442079460017", "020 7946 0017", "020-7946-0017", "٠٢٠٧٩٤٦"])
async def test_14_phones_are_digits_stars_and_hashes(phone: str) -> None:
    gateway = Gateway()
    with pytest.raises(RequestRejected):
        await gateway.signed_in(phone=phone)
    assert gateway.requests == []

    await gateway.signed_in(phone="*17#")
    await (await gateway.signed_in()).place_call(make_order(), now_ms=NOW_MS)
    assert body_of(gateway.last)["called"] == "447700900001"


@pytest.mark.asyncio
async def test_15_the_gateway_is_polled_and_given_no_address_of_ours() -> None:
    gateway = Gateway()
    await gateway.signed_in()

    assert not {"callBackUri", "serviceToken", "pushUrl"} & set(body_of(gateway.requests[0]))


@pytest.mark.asyncio
async def test_no_log_has_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    gateway = Gateway(callout=httpx.Response(200, text=f"{GUID} {COOKIE}"))
    session = await gateway.signed_in()
    for asked in (session.poll(), session.place_call(make_order(), now_ms=NOW_MS), session.sign_out()):
        await asyncio.gather(asked, return_exceptions=True)

    for secret in (GUID, COOKIE, "ss-of-the-tests", "447700900001"):
        assert secret not in caplog.text
