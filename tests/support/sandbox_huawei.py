"""Clients of the two simulated Huawei sides, written for these tests."""

from __future__ import annotations

import base64
from typing import Any

import httpx

from sandbox.app import SandboxApp
from tests.support.sandbox_client import in_process

APP_KEY = "aicc-sandbox-key"
APP_SECRET = "aicc-sandbox-secret"
CALLER = "442079460101"
PASSWORD = "agent-password"
PHONE = "800101"

TOKEN = "/apigovernance/api/oauth/tokenByAkSk"
API = "/apiaccess/CC-Management/v1/mobileAgent/"
GATEWAY = "/agentgateway/resource/"


def encoded(url: str) -> str:
    return base64.b64encode(url.encode()).decode()


def order(callee: str = "447700900001", **changes: Any) -> dict[str, Any]:
    fields = {"caller": CALLER, "called": callee, "agentWorkNo": "", "callData": "ref-1", **changes}
    return {name: value for name, value in fields.items() if value is not None}


class AiccClient:
    def __init__(self, app: SandboxApp) -> None:
        self.app = app
        self.token = ""

    async def sign_in(
        self, *, seconds: str | None = "600", key: str = APP_KEY, secret: str = APP_SECRET
    ) -> httpx.Response:
        headers = {"X-Token-Expire": seconds} if seconds else {}
        async with in_process(self.app) as client:
            reply = await client.post(TOKEN, json={"app_key": key, "app_secret": secret}, headers=headers)
        if reply.status_code == 200:
            self.token = reply.json()["AccessToken"]
        return reply

    async def post(self, name: str, body: Any, **headers: str) -> httpx.Response:
        """Signs in first where that was not done."""
        if not self.token:
            await self.sign_in()
        named = {"Authorization": f"Bearer {self.token}", "X-APP-Key": APP_KEY, **headers}
        async with in_process(self.app) as client:
            return await client.post(API + name, json=body, headers=named)

    async def ask(self, name: str, body: Any) -> Any:
        reply = await self.post(name, body)
        assert reply.status_code == 200, reply.text
        return reply.json()


class AgentClient:
    """One agent with its guid and its cookie."""

    def __init__(self, app: SandboxApp, number: str = "1001") -> None:
        self.app = app
        self.number = number
        self.guid = ""
        self.cookie = ""

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """`{}` in the path is the agent."""
        headers = {"Guid": self.guid, "Content-Type": "application/json; charset=UTF-8"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        async with in_process(self.app) as client:
            reply = await client.request(method, GATEWAY + path.format(self.number), headers=headers, **options)
        if "set-guid" in reply.headers:
            self.guid = reply.headers["set-guid"].removeprefix("JSESSIONID=")
        if "set-cookie" in reply.headers:
            self.cookie = reply.headers["set-cookie"].partition(";")[0]
        return reply

    async def ask(self, method: str, path: str, **options: Any) -> Any:
        reply = await self.send(method, path, **options)
        assert reply.status_code == 200, reply.text
        return reply.json()

    async def code(self, method: str, path: str, **options: Any) -> str:
        code: str = (await self.ask(method, path, **options))["retcode"]
        return code

    async def sign_in(self, *, force: bool = False, **changes: Any) -> str:
        fields = {"password": PASSWORD, "phonenum": PHONE, **changes}
        body = {name: value for name, value in fields.items() if value is not None}
        return await self.code("PUT", "onlineagent/{}" + ("/forcelogin" if force else ""), json=body)

    async def ready(self, **changes: Any) -> AgentClient:
        """Signed in, with skills, the first events read."""
        assert await self.sign_in(**changes) == "0"
        assert await self.code("POST", "onlineagent/{}/resetskill/true?phonelinkage=0") == "0"
        await self.events()
        return self

    async def call_out(self, callee: str = "447700900001", **changes: Any) -> Any:
        return await self.ask("PUT", "voicecall/{}/callout", json={"called": callee, **changes})

    async def poll(self) -> Any:
        return await self.ask("GET", "agentevent/{}")

    async def events(self) -> list[tuple[str, Any]]:
        """All that wait."""
        found = []
        while "event" in (reply := await self.poll()):
            found.append((reply["event"]["eventType"], reply["event"]["content"]))
        assert reply == {"message": "", "retcode": "0"}
        return found
