"""Sign-in and sign-out, skills and states of a CC-Gateway agent (pages 1202 to 1221)."""

from __future__ import annotations

import hmac
import re
from typing import Any

from sandbox.asgi import Reply
from sandbox.huawei_ccgateway.agent import STATE_BUSY, STATE_IDLE, STATE_TALKING, STATE_WORK
from sandbox.huawei_ccgateway.calls import BUSY, READY
from sandbox.huawei_ccgateway.known_requests import Asked, Refused, envelope
from sandbox.huawei_ccgateway.session import Session

VDN = "25"
WRONG_PASSWORDS_MOST = 5
SKILLS = (1, 2)
"""Configured for every agent."""
_PLATFORM_STATES = {STATE_IDLE: 1, STATE_TALKING: 5, STATE_WORK: 6, STATE_BUSY: 7}


def sign_in(asked: Asked) -> Reply:
    return _sign_in(asked, forced=False)


def force_sign_in(asked: Asked) -> Reply:
    return _sign_in(asked, forced=True)


def _sign_in(asked: Asked, *, forced: bool) -> Reply:
    agent, sandbox = asked.agent, asked.sandbox
    body = asked.received.body if isinstance(asked.received.body, dict) else {}
    _check_sign_in(asked, body)
    if agent.session and not forced:
        raise Refused("100-002", "the agent is signed in already")
    now = sandbox.monotonic()
    session = Session(
        phone=body["phonenum"],
        auto_idle=_flag(body, "autoenteridle"),
        release_phone=_flag(body, "releasephone"),
        started=now,
        heard=now,
        guid_since=now,
    )
    agent.begin(session, state=body.get("status", STATE_IDLE), forced=forced)
    asked.received.code = 0
    result = {
        "vdnid": VDN,
        "workno": agent.number,
        "mediatype": "TFF",
        "loginTime": str(sandbox.now_ms()),
        "isForceChange": False,
        "serverName": "sandbox",
        "timeRemaining": "",
    }
    headers = {
        "Set-GUID": f"JSESSIONID={session.guid}",
        "Set-Cookie": f"NODE={session.cookie}; Path=/agentgateway; HttpOnly",
    }
    return envelope("0", "", result=result, headers=headers)


def _check_sign_in(asked: Asked, body: dict[str, Any]) -> None:
    password, phone = body.get("password"), body.get("phonenum")
    if not isinstance(password, str) or not 1 <= len(password) <= 32 or not isinstance(phone, str) or not phone:
        raise Refused("100-001", "password and phonenum are needed")
    if body.get("callBackUri") or body.get("serviceToken"):
        raise Refused("100-001", "the sandbox pushes no events")
    if not re.fullmatch(r"[0-9*#]{1,24}", phone):
        raise Refused("100-013", "phonenum is wrong")
    phones = asked.sandbox.config.ccgateway_phones
    if phones and phone not in phones:
        raise Refused("100-014", "phonenum is outside the configured range")
    # The type itself, because isinstance takes true for a number.
    if type(body.get("agenttype", 4)) is not int or body.get("agenttype", 4) not in (4, 11):
        raise Refused("100-012", "agenttype is wrong")
    if type(body.get("status", 4)) is not int or body.get("status", 4) not in (STATE_BUSY, STATE_IDLE, STATE_WORK):
        raise Refused("100-011", "status is wrong")
    agent = asked.agent
    if agent.wrong_passwords >= WRONG_PASSWORDS_MOST:
        raise Refused("110-016", "the account is locked")
    if not hmac.compare_digest(password.encode(), asked.sandbox.config.ccgateway_password.encode()):
        agent.wrong_passwords += 1
        raise Refused("100-004", "user or password is wrong")
    agent.wrong_passwords = 0


def _flag(body: dict[str, Any], name: str) -> bool:
    """True when it is missing. Demos send the words as well."""
    value = body.get(name, True)
    if not isinstance(value, bool) and value not in ("true", "false"):
        raise Refused("100-011", f"{name} must be true or false")
    return value in (True, "true")


def reset_skill(asked: Asked) -> None:
    """The first event of a session follows it."""
    wanted = asked.query("skillid")
    if asked.named["auto"] != "true" and not re.fullmatch(r"[0-9;]{0,4000}", wanted):
        raise Refused("000-002", "skillid is wrong")
    some = {int(part) for part in wanted.split(";") if part}
    asked.here().skills = SKILLS if asked.named["auto"] == "true" else tuple(s for s in SKILLS if s in some)
    asked.agent.tell("AgentOther_InService", None)
    state = asked.agent.state
    if state == STATE_IDLE:
        asked.agent.tell(READY, None)
    elif state == STATE_BUSY:
        asked.agent.tell(BUSY, {"reason": 1})


def status(asked: Asked) -> dict[str, Any]:
    return {"agentState": asked.agent.state, "isWorking": asked.agent.call is not None}


def sync(asked: Asked) -> dict[str, Any]:
    """Clears the queue of events, and counts states as the call platform does (page 1226)."""
    agent, call = asked.agent, asked.agent.call
    agent.clear()
    call_id = call.call_id if call else ""
    info = {
        "workNo": agent.number,
        "state": _PLATFORM_STATES[agent.state],
        "curCallId": call_id,
        "mainCallId": call_id,
        "holdCallId": "",
        "callerNo": call.order.did if call else "",
        "calledNo": call.order.callee if call else "",
        "currentTime": str(asked.sandbox.now_ms()),
    }
    return {"callinfo": None, "agentStateInfo": info}


def say_free(asked: Asked) -> None:
    agent = asked.agent
    agent.reserved_busy = None
    if agent.call:
        return
    agent.state = STATE_IDLE
    agent.tell(READY, None)


def say_busy(asked: Asked) -> None:
    """During a call it is a reservation: the event follows the end of the call."""
    given = asked.query("reason") or "0"
    if not re.fullmatch(r"0|2[0-4][0-9]|250", given):
        raise Refused("000-002", "reason must be 200 to 250")
    reason = int(given)
    agent = asked.agent
    if agent.call or agent.state == STATE_WORK:
        agent.reserved_busy = reason
        return
    agent.state = STATE_BUSY
    agent.tell(BUSY, {"reason": reason})


def cancel_busy(asked: Asked) -> None:
    agent = asked.agent
    if agent.call and agent.reserved_busy is not None:
        agent.reserved_busy = None
        return
    if agent.state != STATE_BUSY:
        raise Refused("100-007", "the agent is not busy")
    agent.state = STATE_IDLE
    agent.tell("AgentState_CancelNotReady_Success", None)
    agent.tell(READY, None)


def work(asked: Asked) -> None:
    if asked.agent.call:
        raise Refused("100-007", "the agent is in a call")
    asked.agent.state = STATE_WORK
    asked.agent.tell("AgentState_SetWork_Success", None)


def cancel_work(asked: Asked) -> None:
    agent = asked.agent
    if agent.state != STATE_WORK:
        raise Refused("100-007", "the agent is not in wrap-up")
    agent.tell("AgentState_CancelWork_Success", None)
    if agent.reserved_busy is not None:
        agent.state = STATE_BUSY
        agent.tell(BUSY, {"reason": agent.reserved_busy})
        agent.reserved_busy = None
        return
    agent.state = STATE_IDLE
    agent.tell(READY, None)


def auto_enter_idle(asked: Asked) -> None:
    asked.here().auto_idle = asked.named["flag"] == "true"


def update_guid(asked: Asked) -> dict[str, str]:
    config = asked.sandbox.config
    guid = asked.here().change_guid(asked.sandbox.monotonic(), config.ccgateway_guid_overlap)
    return {"guid": guid}


def sign_out(asked: Asked) -> None:
    if asked.agent.call:
        raise Refused("100-010", "the agent is in a call")
    asked.agent.end_session()


def force_sign_out(asked: Asked) -> None:
    """Drops the call as well."""
    reason = asked.named.get("reason", "1")
    if not reason.isdigit() or not 1 <= int(reason) <= 255:
        raise Refused("000-002", "the reason must be 1 to 255")
    if asked.agent.call:
        asked.agent.hang_up()
    asked.agent.end_session()
