"""CC-Gateway's agent interfaces: who asks, for which agent, with which guid; then what they want.

Every business error is HTTP 200 with another retcode (pages 0580 and 1430).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.asgi import ConnectionDropped, Reply, Request, json_reply, parse_json, text_reply
from sandbox.huawei_ccgateway import desk, voice
from sandbox.huawei_ccgateway.agent import Agent, Event
from sandbox.huawei_ccgateway.known_requests import Asked, Refused, envelope
from sandbox.huawei_ccgateway.session import Session
from sandbox.state import Sandbox

PREFIX = "/agentgateway/resource/"

Action = Callable[[Asked], Any]
"""Returns the `result`, None for none. Raises Refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    action: Action
    signed_in: bool = True


def _route(method: str, path: str, action: Action, *, signed_in: bool = True) -> Route:
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
    return Route(method=method, pattern=pattern, action=action, signed_in=signed_in)


async def answer(sandbox: Sandbox, request: Request) -> Reply:
    """Raises ConnectionDropped when the scenario or the configuration says so."""
    path = request.path.removeprefix(PREFIX)
    if request.method == "GET" and (poll := re.fullmatch(r"agentevent/([^/]+)", path)):
        return await _poll(sandbox, request, poll[1])
    received = sandbox.note(request, parse_json(request.body))
    fitting = [(route, match) for route in _ROUTES if (match := route.pattern.fullmatch(path))]
    if not fitting:
        return text_reply("not found\n", status=404)
    chosen = next(((route, match) for route, match in fitting if route.method == request.method), None)
    if chosen is None:
        return text_reply("another method\n", status=405)
    if request.body and "application/json" not in request.headers.get("content-type", ""):
        return text_reply("use application/json\n", status=415)
    route, match = chosen
    if route.action is voice.call_out:
        # Before anything is checked: a refused order is a request, too, and the rate is about requests.
        sandbox.ledger.arrived(sandbox.monotonic(), signed_ms="")
    try:
        agent, session = _asker(sandbox, request, match["agent"], signed_in=route.signed_in)
        asked = Asked(
            sandbox=sandbox, agent=agent, session=session, request=request, received=received, named=match.groupdict()
        )
        result = route.action(asked)
        if isinstance(result, Awaitable):
            result = await result
    except Refused as refused:
        received.code = refused.code
        return envelope(refused.code, refused.message)
    if isinstance(result, Reply):
        return result
    received.code = 0
    return envelope("0", "", result=result)


def _asker(sandbox: Sandbox, request: Request, number: str, *, signed_in: bool) -> tuple[Agent, Session | None]:
    """Raises Refused with the code that a missing, old or foreign guid gets."""
    agent = sandbox.gateway.agents.get(number)
    if agent is None:
        raise Refused("100-006" if signed_in else "100-004", "no such agent")
    agent.advance()
    session = agent.session
    if not signed_in:
        return agent, session
    guid = request.headers.get("guid", "")
    if session is None or agent.was_ended(guid):
        raise Refused("100-006", "the agent is not signed in")
    if not session.accepts(guid, sandbox.monotonic()):
        raise Refused("000-003", "no right to call this interface")
    if sandbox.config.ccgateway_needs_cookie and session.cookie not in request.headers.get("cookie", ""):
        # A balancer would have led the request to another node, which does not know the guid.
        raise Refused("000-003", "no right to call this interface")
    return agent, session


async def _poll(sandbox: Sandbox, request: Request, number: str) -> Reply:
    """A long poll (page 1274): one event, off the queue whether its answer arrives or not.

    Not kept in `received`: the agents' own counts are.
    """
    try:
        agent, session = _asker(sandbox, request, number, signed_in=True)
        assert session is not None
        agent.poll_begins(session)
        try:
            found = await _event(sandbox, agent, session)
        finally:
            agent.poll_ends(session)
    except Refused as refused:
        return envelope(refused.code, refused.message)
    headers = {}
    now, config = sandbox.monotonic(), sandbox.config
    if now - session.guid_since >= config.ccgateway_guid_seconds:
        guid = session.change_guid(now, config.ccgateway_guid_overlap)
        headers["Set-GUID"] = f"JSESSIONID={guid}"
    if found is None:
        return _with(headers, {"message": "", "retcode": "0"})
    event, lost = found
    # Behind the change of the guid: a lost answer takes the new guid with it, as on a real line.
    if lost:
        raise ConnectionDropped
    told = {
        "eventType": event.event_type,
        "workNo": event.agent,
        "content": event.content,
        "eventGenTime": event.made_ms,
    }
    return _with(headers, {"message": "", "retcode": "0", "event": told})


def _with(headers: dict[str, str], body: dict[str, Any]) -> Reply:
    reply = json_reply(body)
    return Reply(body=reply.body, headers=headers)


async def _event(sandbox: Sandbox, agent: Agent, session: Session) -> tuple[Event, bool] | None:
    """The next event and whether it gets lost; None when the wait was for nothing. Raises Refused."""
    loop = asyncio.get_running_loop()
    until = loop.time() + sandbox.config.ccgateway_poll_seconds
    while True:
        agent.advance()
        if agent.session is not session:
            raise Refused("100-006", "the agent is not signed in")
        if found := agent.next_event():
            return found
        left = until - loop.time()
        if left <= 0:
            return None
        due = agent.seconds_to_next()
        # At least a millisecond: what is due within less would make a loop that never lets others run.
        await agent.changed(left if due is None else min(left, max(due, 0.001)))


_ROUTES = (
    _route("PUT", "onlineagent/{agent}", desk.sign_in, signed_in=False),
    _route("PUT", "onlineagent/{agent}/forcelogin", desk.force_sign_in, signed_in=False),
    _route("POST", "onlineagent/{agent}/resetskill/{auto}", desk.reset_skill),
    _route("GET", "onlineagent/{agent}/agentstatus", desk.status),
    _route("POST", "onlineagent/{agent}/syncagentinfo", desk.sync),
    _route("POST", "onlineagent/{agent}/sayfree", desk.say_free),
    _route("POST", "onlineagent/{agent}/saybusy", desk.say_busy),
    _route("POST", "onlineagent/{agent}/cancelbusy", desk.cancel_busy),
    _route("POST", "onlineagent/{agent}/work", desk.work),
    _route("POST", "onlineagent/{agent}/cancelwork", desk.cancel_work),
    _route("POST", "onlineagent/{agent}/autoenteridle/{flag}", desk.auto_enter_idle),
    _route("PUT", "onlineagent/{agent}/updateGuid", desk.update_guid),
    _route("DELETE", "onlineagent/{agent}/logout", desk.sign_out),
    _route("DELETE", "onlineagent/{agent}/forcelogout", desk.force_sign_out),
    _route("DELETE", "onlineagent/{agent}/forcelogoutwithreason/{reason}", desk.force_sign_out),
    _route("PUT", "voicecall/{agent}/callout", voice.call_out),
    _route("DELETE", "voicecall/{agent}/release", voice.release),
    _route("DELETE", "voicecall/{agent}", voice.release),
    _route("POST", "voicecall/{agent}/dropcall/{call}", voice.drop_call),
    _route("POST", "voicecall/{agent}/disconnect/{number}", voice.disconnect),
    _route("GET", "calldata/{agent}/callinfo", voice.call_info),
    _route("GET", "calldata/{agent}/callinfobycallid/{call}", voice.call_info_by_id),
    _route("GET", "calldata/{agent}/allcallid", voice.all_call_ids),
)
