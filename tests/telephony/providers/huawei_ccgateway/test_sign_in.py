"""Signing in: what is sent, what is believed of the answer, and when nothing is sent."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from telephony.contract.agents import AgentSession, SavedSession
from telephony.contract.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    ProviderError,
    RequestNotSent,
    RequestRejected,
    SessionLost,
)
from tests.telephony.providers.huawei_ccgateway.gateway import (
    AGENT,
    CALL_ID,
    COOKIE,
    GUID,
    NEWER,
    OPERATIONS,
    PASSWORD,
    PHONE,
    Gateway,
    body_of,
    failure_of,
    place,
    reply,
    signed_in,
)


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
