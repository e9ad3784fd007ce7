"""Builders of agents and their sessions, and a gateway that answers by path and keeps what it was asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from telephony.contract.agents import AgentLogin, SavedSession
from telephony.contract.errors import ProviderError
from telephony.contract.orders import DialOrder
from telephony.http.transport import open_client
from telephony.providers.huawei_ccgateway.client import CcGatewaySettings
from telephony.providers.huawei_ccgateway.session import CcGatewaySession

if TYPE_CHECKING:
    from collections.abc import Callable

BASE = "https://gw.huawei.test:8043/agentgateway/resource"
AGENT = "1417"
PASSWORD = 'p"ä\\ss-of-the-tests'
PHONE = "442079460017"
CALLEE = "+447700900001"
DID = "+12025550142"
CALL_ID = "1419240334-29"
GUID = "0123abcd-first-guid.AgentGateway0"
NEWER = "4567cdef-newer-guid.AgentGateway0"
COOKIE = "c00kie-value-of-the-tests"
NOW_MS = 1_700_000_000_123
OPERATIONS = ["state", "release", "set_idle", "set_busy"]


def make_login(**changes: Any) -> AgentLogin:
    return AgentLogin(**{"agent_id": AGENT, "password": PASSWORD, "phone": PHONE} | changes)


def make_order(**changes: Any) -> DialOrder:
    return DialOrder(**{"reference": "ref-1", "agent_id": AGENT, "callee": CALLEE, "did": DID} | changes)


def reply(retcode: object = "0", *, status: int = 200, guid: str = "", cookies: tuple[str, ...] = (), **more: Any):
    headers = [("Set-GUID", f"JSESSIONID={guid}")] if guid else []
    headers += [("Set-Cookie", cookie) for cookie in cookies]
    return httpx.Response(status, headers=headers, json={"message": "", "retcode": retcode, **more})


def signed_in(**changes: Any) -> httpx.Response:
    result = {"vdnid": "1", "workno": AGENT, "mediatype": "TTF", "loginTime": "1700000000000", "isForceChange": False}
    return reply(guid=GUID, cookies=(f"HWWAFSESID={COOKIE}; path=/; HttpOnly",), result=result | changes)


def event_of(event_type: str, content: object = None, **more: Any) -> dict[str, Any]:
    return {"eventType": event_type, "workNo": AGENT, "content": content, **more}


class Gateway:
    """`answers`: the last part of a path, or its method and last part, to one answer or a list used up in turn."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = {"sign_in": signed_in, **answers}
        self.requests: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.get(_name(request), reply)
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            answer = answer()
        if isinstance(answer, Exception):
            raise answer
        return await answer if not isinstance(answer, httpx.Response) else answer

    @property
    def last(self) -> httpx.Request:
        return self.requests[-1]

    def names(self) -> list[str]:
        return [_name(request) for request in self.requests]

    def named(self, name: str) -> list[httpx.Request]:
        return [request for request in self.requests if _name(request) == name]

    def session(self, *, saved: SavedSession | None = None, **login: Any) -> CcGatewaySession:
        client = open_client(BASE, transport=httpx.MockTransport(self))
        return CcGatewaySession(
            CcGatewaySettings(base_url=BASE, poll_pause=0), client, make_login(**login), saved=saved
        )

    async def signed_in(self, **login: Any) -> CcGatewaySession:
        session = self.session(**login)
        await session.sign_in()
        return session


def _name(request: httpx.Request) -> str:
    parts = request.url.path.removeprefix("/agentgateway/resource/").split("/")
    if parts[0] == "agentevent":
        return "poll"
    return parts[2] if len(parts) > 2 else "sign_in"


def body_of(request: httpx.Request) -> Any:
    return json.loads(request.content)


def later(make: Callable[[], httpx.Response], before: Callable[[], Any]):
    """An answer that comes after something else has happened."""

    async def answer() -> httpx.Response:
        await before()
        return make()

    return answer


def assert_hidden(*shown: object) -> None:
    for value in shown:
        for text in (str(value), repr(value), repr(getattr(value, "exchange", None))):
            written = json.dumps(PASSWORD, ensure_ascii=False)[1:-1]
            for secret in (PASSWORD, written, GUID, NEWER, COOKIE, PHONE, CALLEE[1:], DID[1:]):
                assert secret not in text, f"{secret} leaks in {type(value).__name__}"


async def place(session: CcGatewaySession, **changes: Any):
    return await session.place_call(make_order(**changes), now_ms=NOW_MS)


async def failure_of(awaited: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await awaited
    assert_hidden(caught.value)
    return caught.value
