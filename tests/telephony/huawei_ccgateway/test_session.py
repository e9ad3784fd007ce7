from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from telephony.agents import AgentSession, SavedSession
from telephony.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    ProviderError,
    RequestNotSent,
    RequestRejected,
    SessionLost,
)
from telephony.huawei_ccgateway.session import CcGatewaySession
from telephony.redaction import Redactor
from telephony.vocabulary import AgentState
from tests.telephony.huawei_ccgateway.gateway import (
    AGENT,
    CALL_ID,
    COOKIE,
    GUID,
    NEWER,
    NOW_MS,
    PASSWORD,
    PHONE,
    Gateway,
    assert_hidden,
    body_of,
    event_of,
    later,
    make_order,
    reply,
    signed_in,
)

OPERATIONS = ["state", "release", "set_idle", "set_busy"]


async def place(session: CcGatewaySession, **changes: Any):
    return await session.place_call(make_order(**changes), now_ms=NOW_MS)


async def failure_of(awaited: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await awaited
    assert_hidden(caught.value)
    return caught.value


@pytest.mark.asyncio
async def test_sign_in_sends_the_documented_request_with_real_json_types() -> None:
    gateway = Gateway()
    session = await gateway.signed_in()

    request = gateway.requests[0]
    assert (request.method, request.url.path) == ("PUT", f"/agentgateway/resource/onlineagent/{AGENT}")
    assert body_of(request) == {
        "password": PASSWORD,
        "phonenum": PHONE,
        "autoanswer": True,
        "autoenteridle": True,
        "releasephone": True,
        "agenttype": 4,
        "status": 4,
    }
    assert "Guid" not in request.headers
    assert session.saved == SavedSession(guid=GUID, cookies=(("HWWAFSESID", COOKIE),))
    assert isinstance(session, AgentSession)


@pytest.mark.asyncio
async def test_every_request_names_the_content_type() -> None:
    gateway = Gateway(agentstatus=reply(result={"agentState": 4, "isWorking": False}), callout=reply(result=CALL_ID))
    session = await gateway.signed_in()
    await session.poll()
    await session.state()
    await place(session)
    await session.drop(CALL_ID)
    await session.release()
    await session.set_busy()
    await session.set_idle()
    await session.sign_out()

    assert {request.headers["Content-Type"] for request in gateway.requests} == {"application/json; charset=UTF-8"}
    assert [(request.method, request.url.path.rsplit("/resource")[1]) for request in gateway.requests] == [
        ("PUT", f"/onlineagent/{AGENT}"),
        ("POST", f"/onlineagent/{AGENT}/resetskill/true"),
        ("GET", f"/agentevent/{AGENT}"),
        ("GET", f"/onlineagent/{AGENT}/agentstatus"),
        ("PUT", f"/voicecall/{AGENT}/callout"),
        ("POST", f"/voicecall/{AGENT}/dropcall/{CALL_ID}"),
        ("DELETE", f"/voicecall/{AGENT}/release"),
        ("POST", f"/onlineagent/{AGENT}/saybusy"),
        ("POST", f"/onlineagent/{AGENT}/sayfree"),
        ("DELETE", f"/onlineagent/{AGENT}/logout"),
    ]


@pytest.mark.asyncio
async def test_force_takes_the_other_address_and_only_when_asked() -> None:
    gateway = Gateway(sign_in=reply("100-002"), forcelogin=signed_in)
    session = gateway.session()

    refused = await failure_of(session.sign_in())
    assert (type(refused), refused.code, session.saved) == (RequestRejected, "100-002", None)
    assert gateway.names() == ["sign_in"]

    await session.sign_in(force=True)
    assert gateway.names() == ["sign_in", "forcelogin", "resetskill"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("skills", "url"),
    [
        (None, "resetskill/true?phonelinkage=0"),
        (("1", "2"), "resetskill/false?skillid=1;2&phonelinkage=0"),
        ((), "resetskill/false?skillid=&phonelinkage=0"),
    ],
)
async def test_sign_in_takes_the_skills(skills: tuple[str, ...] | None, url: str) -> None:
    gateway = Gateway()
    await gateway.signed_in(skills=skills)

    assert str(gateway.last.url).endswith(url)
    assert gateway.last.headers["Guid"] == GUID


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"mediatype": "FTF"}, "no_voice"),
        ({"isForceChange": True}, "password_change"),
        ({"isForceChange": "true"}, "password_change"),
    ],
)
async def test_an_agent_who_cannot_work_is_signed_out_again(answer: dict[str, Any], code: str) -> None:
    gateway = Gateway(sign_in=signed_in(**answer))
    session = gateway.session()

    refused = await failure_of(session.sign_in())
    assert (type(refused), refused.code, session.saved) == (RequestRejected, code, None)
    assert gateway.names() == ["sign_in", "logout"]


@pytest.mark.asyncio
async def test_an_agent_without_skills_is_signed_out_again_even_if_that_fails() -> None:
    gateway = Gateway(resetskill=reply("100-007"), logout=httpx.ReadTimeout("slow"))
    session = gateway.session()

    assert type(await failure_of(session.sign_in())) is OutcomeUnknown
    assert session.saved is None
    assert gateway.names() == ["sign_in", "resetskill", "logout"]


@pytest.mark.asyncio
@pytest.mark.parametrize("result", [None, "text", [], {}, {"mediatype": 7, "isForceChange": None}])
async def test_a_success_of_sign_in_needs_a_guid_and_nothing_else(result: object) -> None:
    await Gateway(sign_in=reply(guid=GUID, result=result)).signed_in()

    session = Gateway(sign_in=reply(result=result)).session()
    assert (await failure_of(session.sign_in())).code == "no_guid"
    assert session.saved is None


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("100-004", RequestRejected),
        ("110-016", RequestRejected),
        ("110-021", RequestRejected),
        ("100-013", RequestRejected),
        ("100-003", RequestNotSent),
        ("000-004", RequestNotSent),
        ("105-002", RequestNotSent),
        ("105-005", SessionLost),
        ("100-007", OutcomeUnknown),
        ("123-456", OutcomeUnknown),
        ("", OutcomeUnknown),
        (None, OutcomeUnknown),
        (True, OutcomeUnknown),
        ({"x": PASSWORD}, OutcomeUnknown),
        (PASSWORD, OutcomeUnknown),
    ],
)
async def test_a_refused_sign_in_is_sorted_by_its_code(code: object, kind: type[ProviderError]) -> None:
    gateway = Gateway(sign_in=reply(code, guid=NEWER, result=PASSWORD, msg=f"{PASSWORD} {NEWER} {PHONE}"))
    session = gateway.session()

    error = await failure_of(session.sign_in())
    assert type(error) is kind
    assert PASSWORD not in error.code
    assert session.saved is None
    assert gateway.names() == ["sign_in"]


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [401, 403])
async def test_http_401_and_403_are_credentials(status: int) -> None:
    gateway = Gateway(sign_in=reply(status=status))

    assert type(await failure_of(gateway.session().sign_in())) is CredentialsRefused


@pytest.mark.asyncio
async def test_a_refused_second_sign_in_keeps_the_session() -> None:
    gateway = Gateway(sign_in=[signed_in(), reply("100-002")])
    session = await gateway.signed_in()

    await failure_of(session.sign_in())
    assert session.saved is not None


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "login",
    [
        {"agent_id": "100/logout"},
        {"agent_id": "100"},
        {"agent_id": "1000000"},
        {"agent_id": ""},
        {"password": ""},
        {"password": "x" * 33},
        {"password": "half \udc00"},
        {"phone": "+442079460017"},
        {"phone": "1" * 25},
        {"phone": ""},
        {"skills": ("1;2",)},
        {"skills": ("1&x=y",)},
        {"skills": tuple("123456789" for _ in range(401))},
    ],
)
async def test_a_bad_login_is_not_sent(login: dict[str, Any]) -> None:
    gateway = Gateway()
    session = gateway.session(**login)

    error = await failure_of(session.sign_in())
    assert (type(error), error.code, gateway.requests) == (RequestRejected, "bad_login", [])


@pytest.mark.asyncio
async def test_without_a_session_nothing_is_sent() -> None:
    gateway = Gateway()
    session = gateway.session()

    for operation in ("poll", *OPERATIONS):
        assert type(await failure_of(getattr(session, operation)())) is SessionLost
    assert type(await failure_of(place(session))) is SessionLost
    await session.sign_out()
    assert gateway.requests == []


# The call-out.


@pytest.mark.asyncio
async def test_call_out_sends_wire_digits_and_keeps_the_id_as_text() -> None:
    gateway = Gateway(callout=reply(result=CALL_ID))
    session = await gateway.signed_in()

    accepted = await place(session, skill_id=7, call_data="ref ä", media=2)
    assert accepted.provider_id == CALL_ID
    assert body_of(gateway.last) == {
        "caller": "12025550142",
        "called": "447700900001",
        "skillid": 7,
        "callappdata": "ref ä",
        "mediaability": 2,
    }
    assert_hidden(accepted)
    assert accepted.exchange is not None
    assert CALL_ID in accepted.exchange.reply_body
    assert dict(accepted.exchange.request_headers)["Guid"] == "•••"


@pytest.mark.asyncio
async def test_what_the_order_leaves_open_is_left_out() -> None:
    gateway = Gateway()
    await place(await gateway.signed_in(), did="")

    assert body_of(gateway.last) == {"called": "447700900001", "mediaability": 0}


@pytest.mark.asyncio
@pytest.mark.parametrize("result", [None, "", {}, [CALL_ID], True, "x" * 129])
async def test_a_taken_order_without_a_usable_id_is_taken_all_the_same(result: object) -> None:
    session = await Gateway(callout=reply(result=result)).signed_in()

    assert (await place(session)).provider_id == ""


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "changes",
    [
        {"callee": "447700900001"},
        {"callee": "+44 7700 900001"},
        {"callee": "+"},
        {"did": "sip:agent"},
        {"did": "+"},
        {"skill_id": True},
        {"skill_id": -1},
        {"skill_id": "7"},
        {"call_data": "ä" * 8193},
        {"call_data": "\udc00"},
        {"media": 3},
        {"agent_id": "1418"},
    ],
)
async def test_an_order_against_the_rules_is_not_sent(changes: dict[str, Any]) -> None:
    gateway = Gateway()
    session = await gateway.signed_in()

    error = await failure_of(place(session, **changes))
    assert (type(error), error.code) == (RequestNotSent, "bad_order")
    assert "callout" not in gateway.names()
    with pytest.raises(ValueError, match=r"\w"):
        session.prepare_call(make_order(**changes), now_ms=NOW_MS)


@pytest.mark.asyncio
async def test_call_data_may_fill_16_kib() -> None:
    gateway = Gateway()
    await place(await gateway.signed_in(), call_data="ä" * 8192)

    assert len(body_of(gateway.last)["callappdata"].encode()) == 16384


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply("000-002"), RequestRejected),
        (reply("200-001"), RequestRejected),
        (reply("000-006"), RequestRejected),
        (reply("000-003"), SessionLost),
        (reply("100-006"), SessionLost),
        (reply("105-006"), SessionLost),
        (reply("105-007"), SessionLost),
        (reply("000-000"), OutcomeUnknown),
        (reply("000-004"), OutcomeUnknown),
        (reply("000-007"), OutcomeUnknown),
        (reply("100-002"), OutcomeUnknown),
        (reply("100-003"), OutcomeUnknown),
        (reply("100-004"), OutcomeUnknown),
        (reply("100-007"), OutcomeUnknown),
        (reply("105-001"), OutcomeUnknown),
        (reply("105-005"), OutcomeUnknown),
        (reply("200-017"), OutcomeUnknown),
        (reply("999-999"), OutcomeUnknown),
        (reply(None), OutcomeUnknown),
        (reply(False), OutcomeUnknown),
        (reply(0.0), OutcomeUnknown),
        (reply("00"), OutcomeUnknown),
        (reply("0", status=404), OutcomeUnknown),
        (reply("200-001", status=400), RequestRejected),
        (reply("200-001", status=500), OutcomeUnknown),
        (reply("0", status=302), OutcomeUnknown),
        (reply(status=401), CredentialsRefused),
        (httpx.Response(200), OutcomeUnknown),
        (httpx.Response(200, text="<html>"), OutcomeUnknown),
        (httpx.Response(200, text="[]"), OutcomeUnknown),
        (httpx.Response(200, text='{"retcode":"200-001","retcode":"0"}'), OutcomeUnknown),
        (httpx.Response(200, text='{"result":"1-1"}'), OutcomeUnknown),
        (httpx.ReadTimeout("slow"), OutcomeUnknown),
        (httpx.ConnectTimeout("no"), RequestNotSent),
    ],
)
async def test_an_order_is_never_sent_again_unless_an_answer_proves_that_nothing_happened(
    answer: Any, kind: type[ProviderError]
) -> None:
    gateway = Gateway(callout=answer)
    session = await gateway.signed_in()

    assert type(await failure_of(place(session))) is kind
    assert len(gateway.named("callout")) == 1


@pytest.mark.asyncio
async def test_the_success_code_may_be_a_number() -> None:
    assert (await place(await Gateway(callout=reply(0, result=CALL_ID)).signed_in())).provider_id == CALL_ID


@pytest.mark.asyncio
async def test_the_gateways_own_words_are_quoted_without_secrets_or_numbers() -> None:
    said = {"msg": f"Refused {PASSWORD} {GUID} 447700900001 \x00"}
    session = await Gateway(callout=httpx.Response(200, json={"retcode": "200-001", **said})).signed_in()

    error = await failure_of(place(session))
    assert "It said: “Refused •••" in error.message


# Polling.


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


# State, hanging up, signing out.


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("result", "wanted"),
    [
        ({"agentState": 4, "isWorking": False}, (AgentState.IDLE, False)),
        ({"agentState": "3", "isWorking": "true"}, (AgentState.BUSY, True)),
        ({"agentState": 7}, (AgentState.TALKING, True)),
        ({"agentState": 2, "isWorking": 1}, (AgentState.SIGNED_OUT, False)),
        ({"agentState": 9, "isWorking": None}, (AgentState.REST, False)),
    ],
)
async def test_the_state_is_read_in_the_gateways_own_numbering(result: Any, wanted: tuple[AgentState, bool]) -> None:
    assert await (await Gateway(agentstatus=reply(result=result)).signed_in()).state() == wanted


@pytest.mark.asyncio
@pytest.mark.parametrize("result", [None, {}, {"agentState": 0}, {"agentState": 99}, {"agentState": True}, "4", [4]])
async def test_an_unlisted_state_is_unknown(result: Any) -> None:
    session = await Gateway(agentstatus=reply(result=result)).signed_in()

    assert (await failure_of(session.state())).code == "no_state"


@pytest.mark.asyncio
async def test_nothing_to_hang_up_is_done() -> None:
    session = await Gateway(release=reply("200-017"), dropcall=reply("200-017")).signed_in()

    await session.release()


@pytest.mark.asyncio
@pytest.mark.parametrize("call_id", ["", "1/../../logout", "1?x", "1 2", "x" * 65, "é"])
async def test_only_a_call_id_becomes_part_of_an_address(call_id: str) -> None:
    gateway = Gateway()
    session = await gateway.signed_in()

    assert (await failure_of(session.drop(call_id))).code == "bad_call_id"
    assert len(gateway.requests) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize("answer", [reply(), reply("100-008"), reply("100-006")])
async def test_whoever_is_signed_out_is_signed_out(answer: httpx.Response) -> None:
    gateway = Gateway(logout=answer)
    session = await gateway.signed_in()
    await session.sign_out()

    assert session.saved is None
    await session.sign_out()
    assert len(gateway.named("logout")) == 1


@pytest.mark.asyncio
async def test_sign_out_in_a_call_is_refused_unless_forced() -> None:
    gateway = Gateway(logout=reply("100-010"))
    session = await gateway.signed_in()

    assert type(await failure_of(session.sign_out())) is RequestRejected
    assert session.saved is not None
    await session.sign_out(force=True)
    assert gateway.names()[-1] == "forcelogout"
    assert session.saved is None


# One session, several processes and moments.


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
