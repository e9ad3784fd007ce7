"""A request to CC-Gateway after the checks of its guid, and the answer's envelope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from sandbox.asgi import Reply, Request, json_reply
from sandbox.huawei_ccgateway.agent import Agent
from sandbox.huawei_ccgateway.session import Session
from sandbox.state import Received, Sandbox


class Refused(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    sandbox: Sandbox
    agent: Agent
    session: Session | None
    """None only where nobody needs to be signed in."""
    request: Request
    received: Received
    named: dict[str, str]
    """The named parts of the path."""

    @property
    def body(self) -> dict[str, Any]:
        """Raises Refused when it is no JSON object."""
        if not isinstance(self.received.body, dict):
            raise Refused("000-006", "the body must be a JSON object")
        return self.received.body

    def query(self, name: str) -> str:
        return parse_qs(self.request.query, keep_blank_values=True).get(name, [""])[0]

    def here(self) -> Session:
        assert self.session is not None
        return self.session


def envelope(code: str, message: str, *, result: Any = None, headers: dict[str, str] | None = None) -> Reply:
    body = {"message": message, "retcode": code}
    if result is not None:
        body["result"] = result
    return Reply(body=json_reply(body).body, headers=headers or {})
