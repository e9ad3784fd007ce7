"""The ASGI app: routing, and nothing else. `app` below is configured from the environment; tests call `create_app`."""

from __future__ import annotations

import os

from sandbox import control, recordings
from sandbox.asgi import BodyTooLarge, Receive, Reply, Request, Scope, Send, read_request, send_reply, text_reply
from sandbox.config import SandboxConfig, from_environment
from sandbox.huawei_aicc import api
from sandbox.huawei_ccgateway import api as ccgateway
from sandbox.nxcloud import api as nxcloud
from sandbox.state import Sandbox

ABOUT = """NX Portal sandbox: a simulator of the voice providers NxCloud, Huawei AICC and Huawei CC-Gateway.
No real call is ever placed from here.

Scenarios by the last two digits of the callee: GET /_sandbox/scenarios
What it received:                               GET /_sandbox/received
"""


class SandboxApp:
    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises ConnectionDropped or AnswerCutShort where the scenario is a broken connection."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            try:
                reply = await self.answer(await read_request(scope, receive))
            except BodyTooLarge as error:
                reply = text_reply(str(error), status=413)
            await send_reply(reply, send)
        else:
            raise ValueError(f"the sandbox speaks HTTP, not {scope['type']}")

    async def answer(self, request: Request) -> Reply:
        if request.path.startswith(control.PREFIX):
            return control.answer(self.sandbox, request)
        if request.method == "GET" and request.path in ("/", "/healthz"):
            return text_reply(ABOUT if request.path == "/" else "ok\n")
        if request.method == "GET" and request.path.startswith(recordings.PREFIX):
            # NxCloud asks nobody who fetches a recording for a key.
            call = self.sandbox.archive.get(recordings.call_id_in(request.path))
            if call is None or not call.times.answer or call not in self.sandbox.ended([call]):
                return text_reply("no such recording\n", status=404)
            return Reply(body=recordings.tone(), content_type="audio/wav")
        if request.path.startswith(api.PREFIXES):
            return await api.answer(self.sandbox, request)
        if request.path.startswith(ccgateway.PREFIX):
            return await ccgateway.answer(self.sandbox, request)
        endpoint = nxcloud.ENDPOINTS.get(request.path)
        if endpoint and request.method == "POST":
            return await nxcloud.answer(self.sandbox, endpoint, request)
        # Kept as well: a client that follows a redirect, or asks with the wrong method, shows up in `received`.
        self.sandbox.note(request, None)
        return text_reply("use POST\n", status=405) if endpoint else text_reply("not found\n", status=404)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.sandbox.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def create_app(config: SandboxConfig | None = None, *, sandbox: Sandbox | None = None) -> SandboxApp:
    """A fresh sandbox behind an app; `sandbox` brings one that was built with its own clock or transport."""
    return SandboxApp(sandbox or Sandbox(config))


app = create_app(from_environment(os.environ))
