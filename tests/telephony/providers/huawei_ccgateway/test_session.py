"""One session in several processes and moments: Guids that change, answers that come late."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from telephony.contract.errors import OutcomeUnknown, SessionLost
from tests.telephony.providers.huawei_ccgateway.gateway import (
    CALL_ID,
    COOKIE,
    GUID,
    NEWER,
    NOW_MS,
    OPERATIONS,
    PASSWORD,
    Gateway,
    assert_hidden,
    event_of,
    failure_of,
    later,
    make_order,
    place,
    reply,
    signed_in,
)


@pytest.mark.asyncio
async def test_another_process_goes_on_with_the_saved_session() -> None:
    gateway = Gateway(callout=reply(result=CALL_ID))
    saved = (await gateway.signed_in()).saved
    assert_hidden(saved)
    other = gateway.session(saved=saved)

    await place(other)
    assert gateway.last.headers["Guid"] == GUID
    assert gateway.last.headers["Cookie"] == f"HWWAFSESID={COOKIE}"


@pytest.mark.asyncio
@pytest.mark.parametrize("code", ["000-003", "100-006"])
async def test_a_guid_that_the_poll_replaced_meanwhile_is_tried_once_more(code: str) -> None:
    gateway = Gateway(poll=reply(guid=NEWER))
    session = await gateway.signed_in()
    gateway.answers["callout"] = [later(lambda: reply(code), session.poll), reply(result=CALL_ID)]

    assert (await place(session)).provider_id == CALL_ID
    assert [request.headers["Guid"] for request in gateway.named("callout")] == [GUID, NEWER]


@pytest.mark.asyncio
@pytest.mark.parametrize("operation", ["poll", *OPERATIONS])
async def test_the_second_refusal_is_the_last(operation: str) -> None:
    gateway = Gateway()
    session = await gateway.signed_in()
    for name in ("poll", "agentstatus", "release", "sayfree", "saybusy"):
        gateway.answers[name] = [reply("000-003", guid=NEWER), reply("000-003", guid="third")]

    assert type(await failure_of(getattr(session, operation)())) is SessionLost
    assert len(gateway.requests) == 4


@pytest.mark.asyncio
async def test_an_unknown_outcome_is_not_tried_again_with_a_newer_guid() -> None:
    gateway = Gateway(callout=reply("100-007", guid=NEWER))
    session = await gateway.signed_in()

    assert type(await failure_of(place(session))) is OutcomeUnknown
    assert len(gateway.named("callout")) == 1


@pytest.mark.asyncio
async def test_the_newest_guid_is_taken_even_from_errors_and_broken_answers() -> None:
    async def broken():
        yield b'{"retcode":'
        raise httpx.ReadError("broke")

    gateway = Gateway(sayfree=httpx.Response(500, headers={"Set-GUID": f"JSESSIONID={NEWER}"}))
    session = await gateway.signed_in()
    await failure_of(session.set_idle())
    assert session.saved is not None
    assert session.saved.guid == NEWER

    gateway.answers["saybusy"] = httpx.Response(200, headers={"Set-GUID": "third"}, content=broken())
    await failure_of(session.set_busy())
    assert session.saved.guid == "third"


@pytest.mark.asyncio
async def test_a_poll_of_the_session_before_does_not_touch_the_new_one() -> None:
    gateway, hold = Gateway(), asyncio.Event()
    session = await gateway.signed_in()
    gateway.answers["poll"] = later(lambda: reply("100-006", guid=NEWER), hold.wait)
    poll = asyncio.create_task(session.poll())
    await asyncio.sleep(0.01)
    await session.sign_out()
    hold.set()

    assert type(await failure_of(poll)) is SessionLost
    assert session.saved is None


@pytest.mark.asyncio
async def test_only_a_poll_may_be_answered_with_a_bare_event() -> None:
    bare = httpx.Response(200, json={**event_of("AgentState_Ready"), "result": CALL_ID})
    session = await Gateway(callout=bare, poll=bare).signed_in()

    assert await session.poll() is not None
    assert (await failure_of(place(session))).code == "no_code"


@pytest.mark.asyncio
async def test_polls_run_beside_one_operation_at_a_time() -> None:
    running: list[str] = []
    most: list[int] = []

    def slow(name: str):
        async def answer() -> httpx.Response:
            running.append(name)
            most.append(len(running))
            await asyncio.sleep(0.01)
            running.remove(name)
            return reply(guid=GUID)

        return answer

    gateway = Gateway(poll=reply())
    session = await gateway.signed_in()
    for name in ("sign_in", "resetskill", "callout", "release", "sayfree", "saybusy", "logout"):
        gateway.answers[name] = slow(name)
    hold = asyncio.Event()
    gateway.answers["poll"] = later(reply, hold.wait)
    poll = asyncio.create_task(session.poll())

    await asyncio.gather(
        *(place(session), session.release(), session.set_idle(), session.set_busy(), session.sign_in())
    )
    assert not poll.done()
    hold.set()
    await poll
    assert max(most) == 1


@pytest.mark.asyncio
async def test_nothing_secret_is_seen_in_what_is_kept_or_shown() -> None:
    echo = json.dumps({"p": PASSWORD, "g": [GUID, NEWER], "c": COOKIE}, ensure_ascii=False)
    headers = {"Set-GUID": f"JSESSIONID={NEWER}", "Set-Cookie": f"other={COOKIE}"}
    gateway = Gateway(callout=httpx.Response(200, text=echo, headers=headers), sign_in=[signed_in()])
    session = await gateway.signed_in()

    error = await failure_of(place(session))
    assert error.exchange is not None
    assert_hidden(session, session._client, session.saved, error.exchange, session._client.identity)
    gateway.answers["sign_in"] = httpx.Response(200, text=echo, headers=headers)
    refused = await failure_of(session.sign_in())
    assert_hidden(refused.exchange)


@pytest.mark.asyncio
async def test_the_preview_never_shows_the_guid() -> None:
    session = await Gateway().signed_in()
    prepared = session.prepare_call(make_order(), now_ms=NOW_MS)

    assert dict(prepared.headers)["Guid"] == "•••"
    assert "Cookie" not in dict(prepared.headers)
    assert prepared.sensitive_headers >= {"guid", "cookie"}
