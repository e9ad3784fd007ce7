"""Every request that an agent's session makes, checked before anything is sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from telephony.contract.errors import RequestRejected
from telephony.http.error_map import NOT_SENT
from telephony.numbers.e164 import wire_digits
from telephony.numbers.number_errors import NumberError
from telephony.providers.huawei_ccgateway import codes
from telephony.providers.huawei_ccgateway.client import Ask, encode

if TYPE_CHECKING:
    from typing import NoReturn

    from telephony.contract.agents import AgentLogin
    from telephony.contract.orders import DialOrder

LONGEST_CALLER = 24
LONGEST_CALL_DATA = 16 * 1024
LONGEST_SKILLS = 4000
IDLE = 4
_AGENT_ID = re.compile(r"[1-9][0-9]{2,5}", re.ASCII)
_DIALLED = re.compile(r"[0-9*#]{1,24}", re.ASCII)
_SKILL = re.compile(r"[0-9]{1,9}", re.ASCII)
_CALL_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def sign_in(login: AgentLogin, *, force: bool) -> Ask:
    """Pages 1202 and 1203. Raises RequestRejected where the agent's settings cannot be signed in with."""
    _check(login)
    payload = {
        "password": login.password,
        "phonenum": login.phone,
        "autoanswer": login.auto_answer,
        "autoenteridle": login.auto_idle,
        # Without it the phone stays off the hook after a call, and nobody could tell whether the agent picks up.
        "releasephone": True,
        "agenttype": login.agent_type,
        "status": IDLE,
    }
    return Ask(
        method="PUT",
        path=f"/onlineagent/{login.agent_id}" + ("/forcelogin" if force else ""),
        body=encode(payload),
        numbers=frozenset({login.phone}),
        with_guid=False,
    )


def take_skills(login: AgentLogin) -> Ask:
    """Page 1204: always after sign-in, because without it the agent has not even the default skill."""
    wanted = login.skills
    how = "true?" if wanted is None else f"false?skillid={';'.join(wanted)}&"
    return Ask(method="POST", path=f"/onlineagent/{login.agent_id}/resetskill/{how}phonelinkage=0")


def poll(agent_id: str) -> Ask:
    return Ask(method="GET", path=f"/agentevent/{agent_id}", people=True, event=True)


def state(agent_id: str) -> Ask:
    return Ask(method="GET", path=f"/onlineagent/{agent_id}/agentstatus", people=True)


def set_idle(agent_id: str) -> Ask:
    return Ask(method="POST", path=f"/onlineagent/{agent_id}/sayfree")


def set_busy(agent_id: str) -> Ask:
    return Ask(method="POST", path=f"/onlineagent/{agent_id}/saybusy")


def sign_out(agent_id: str, *, force: bool = False) -> Ask:
    return Ask(
        method="DELETE",
        path=f"/onlineagent/{agent_id}/{'forcelogout' if force else 'logout'}",
        done=frozenset({codes.SIGNED_OUT_ALREADY}),
    )


def release(agent_id: str) -> Ask:
    return Ask(
        method="DELETE", path=f"/voicecall/{agent_id}/release", done=frozenset({codes.NOTHING_TO_HANG_UP}), people=True
    )


def drop(agent_id: str, call_id: str) -> Ask:
    """Page 1247. Raises RequestRejected for what is no call id, because it becomes part of the address."""
    if not _CALL_ID.fullmatch(call_id):
        raise RequestRejected(f"This is not a call ID. {NOT_SENT}", code="bad_call_id")
    return Ask(
        method="POST",
        path=f"/voicecall/{agent_id}/dropcall/{call_id}",
        done=frozenset({codes.NOTHING_TO_HANG_UP}),
        people=True,
    )


def call_out(order: DialOrder, *, agent_id: str) -> Ask:
    """The page of call-out. Numbers go out as wire digits. Raises ValueError where a rule of the page is not kept."""
    if order.agent_id and order.agent_id != agent_id:
        raise ValueError("The order is for another agent.")
    if not _AGENT_ID.fullmatch(agent_id):
        raise ValueError("The agent's number must be 101 to 999999.")
    called, caller = _called(order.callee), _caller(order.did)
    payload: dict[str, object] = {**({"caller": caller} if caller else {}), "called": called}
    if order.skill_id is not None:
        skill_id = order.skill_id
        if isinstance(skill_id, bool) or not isinstance(skill_id, int) or not 0 <= skill_id < 10**9:
            raise ValueError("The skill must be a whole number.")
        payload["skillid"] = skill_id
    if order.call_data:
        try:
            size = len(order.call_data.encode())
        except UnicodeEncodeError:  # half a character; the error would quote it
            raise ValueError("The call data is not valid text.") from None
        if size > LONGEST_CALL_DATA:
            raise ValueError("The call data is longer than 16 KiB.")
        payload["callappdata"] = order.call_data
    if order.media not in (0, 1, 2):
        raise ValueError("The call must be voice (0), video (1) or negotiated (2).")
    return Ask(
        method="PUT",
        path=f"/voicecall/{agent_id}/callout",
        body=encode({**payload, "mediaability": int(order.media)}),
        numbers=frozenset({called, caller} - {""}),
        order=True,
    )


def _called(callee: str) -> str:
    try:
        digits = wire_digits(callee)
    except NumberError:
        raise ValueError("The callee is not a number in international format.") from None
    if not _DIALLED.fullmatch(digits):
        raise ValueError("The callee must have 1 to 24 digits.")
    return digits


def _caller(did: str) -> str:
    """Wire digits, "" for the platform's own choice."""
    if not did:
        return ""
    try:
        digits = wire_digits(did)
    except NumberError:
        raise ValueError("The caller ID is not a number in international format.") from None
    if not 0 < len(digits) <= LONGEST_CALLER:
        raise ValueError(f"The caller ID must have 1 to {LONGEST_CALLER} digits.")
    return digits


def _check(login: AgentLogin) -> None:
    # Newer pages allow six digits, older ones 59999 (pages 1202 and 0357).
    if not _AGENT_ID.fullmatch(login.agent_id) or int(login.agent_id) < 101:
        _refuse_login("The agent's number must be 101 to 999999.")
    if not 0 < len(login.password) <= 32 or not login.password.isprintable():
        _refuse_login("The agent's password must have 1 to 32 characters and no line breaks.")
    if not _DIALLED.fullmatch(login.phone):
        _refuse_login("The agent's phone must have 1 to 24 digits, * or #.")
    skills = login.skills or ()
    if not all(_SKILL.fullmatch(skill) for skill in skills) or len(";".join(skills)) > LONGEST_SKILLS:
        _refuse_login("The agent's skills must be numbers, up to 4000 characters in total.")


def _refuse_login(why: str) -> NoReturn:
    raise RequestRejected(f"{why} Correct it in the agent's settings. {NOT_SENT}", code="bad_login")
