"""An AICC that answers from a script, and builders. Numbers are from ranges reserved for fiction."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from telephony.contract.orders import DialOrder
from telephony.contract.records import Push
from telephony.http.transport import open_client
from telephony.providers.huawei_aicc.adapter import AiccAdapter
from telephony.providers.huawei_aicc.settings import AiccSettings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

DATA = Path(__file__).parent / "data"

NOW_MS = 1_700_000_000_123
BASE_URL = "https://aicc.huawei.test"
TOKEN_BASE_URL = "https://token.huawei.test:28070"
APP_KEY = "app-key-of-the-tests"
APP_SECRET = 'app"secret\\of-the-tests'
CALLBACK_KEY = "callback-key-of-the-tests"
TOKEN = "token-of-the-tests-"
PHONE_PASSWORD = "phone-password-of-the-tests"
ACCESS_CODE = "640003"

REFERENCE = "0123456789abcdef0123456789abcdef"
SERIAL = "1037058396471308289"
AGENT_PHONE = "442079460900"
CALLEE = "+447700900001"
DID = "+442079460001"
CALL_SECRET = "Zk3Qq0c1oT9w5uJ2xYb7"
CALLBACK_URL = f"https://desk.example.com/hooks/aicc/{CALL_SECRET}/released"
LINK = "https://records.myhuaweicloud.test/rec.wav?signature=link-signature-of-the-tests"

Answer = httpx.Response | Exception
T = TypeVar("T")


def recorded(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))["content"]


def answer(code: Any = "0", *, status: int = 200, said: str = "success", **result: Any) -> httpx.Response:
    return httpx.Response(status, json={"retCode": code, "retMsg": said, **({"result": result} if result else {})})


class FakeAicc:
    """Gives a new token at every request for one, and the other answers in their order, the last one for ever."""

    def __init__(self, *answers: Answer, token: Answer | None = None) -> None:
        self.answers = list(answers) or [httpx.Response(200, json=recorded("call_taken"))]
        self.token = token
        self.token_requests: list[httpx.Request] = []
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/tokenByAkSk"):
            self.token_requests.append(request)
            return _given(self.token or self._next_token())
        self.requests.append(request)
        return _given(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])

    def _next_token(self) -> httpx.Response:
        return httpx.Response(200, json=recorded("token") | {"AccessToken": f"{TOKEN}{len(self.token_requests)}"})

    @property
    def body(self) -> Any:
        """What was asked last."""
        return json.loads(self.requests[-1].content)

    @property
    def tokens_used(self) -> list[str]:
        return [request.headers["Authorization"].removeprefix(f"Bearer {TOKEN}") for request in self.requests]

    def client(self) -> httpx.AsyncClient:
        return open_client(BASE_URL, transport=httpx.MockTransport(self))


def _given(reply: Answer) -> httpx.Response:
    if isinstance(reply, Exception):
        raise reply
    return httpx.Response(reply.status_code, content=reply.content, headers=reply.headers)


def make_settings(**changes: Any) -> AiccSettings:
    values: dict[str, Any] = {
        "base_url": BASE_URL,
        "token_base_url": TOKEN_BASE_URL,
        "app_key": APP_KEY,
        "app_secret": APP_SECRET,
        "callback_key": CALLBACK_KEY,
    }
    return AiccSettings(**values | changes)


def make_order(**changes: Any) -> DialOrder:
    values: dict[str, Any] = {"reference": REFERENCE, "callee": CALLEE, "agent_phone": AGENT_PHONE}
    return DialOrder(**values | changes)


def make_push(body: str | bytes, topic: str = "released", order_id: str = "") -> Push:
    return Push(topic=topic, headers={}, body=body.encode() if isinstance(body, str) else body, order_id=order_id)


async def asked(server: FakeAicc, ask: Callable[[AiccAdapter], Awaitable[T]], **changes: Any) -> T:
    async with server.client() as client:
        return await ask(AiccAdapter(make_settings(**changes), client))


def assert_no_leak(*texts: object) -> None:
    """Neither secret nor token nor link nor any full number in the text or repr of anything."""
    numbers = ("447700900001", "442079460001", "442079460900")
    secrets = (APP_SECRET, json.dumps(APP_SECRET)[1:-1], CALLBACK_KEY, TOKEN, PHONE_PASSWORD, CALL_SECRET, LINK)
    for text in texts:
        for shown in (str(text), repr(text)):
            for forbidden in (*secrets, *numbers):
                assert forbidden not in shown, f"{forbidden} leaks in {type(text).__name__}"
