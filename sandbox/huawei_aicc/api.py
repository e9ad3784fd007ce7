"""AICC's REST interfaces: the token, the order of a bidirectional call, and the questions about it.

Every question is answered with HTTP 200 and a retCode; only who asks wrongly gets another status.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from sandbox import faults, recordings
from sandbox.asgi import Reply, Request, json_reply, parse_json, text_reply
from sandbox.huawei_aicc import access
from sandbox.huawei_aicc.calls import detail, state_result
from sandbox.nxcloud.calls import Order
from sandbox.scenarios import Level
from sandbox.state import Received, Sandbox

PREFIXES = ("/apigovernance/", "/apiaccess/", "/aicc-recordings/")
TOKEN = "/apigovernance/api/oauth/tokenByAkSk"
_API = "/apiaccess/CC-Management/v1/mobileAgent/"
RECORDINGS = "/aicc-recordings/"

CALL_DATA_MOST = 1024
WEEK_MS = 7 * 86_400_000

Body = dict[str, Any]

# The sandbox's own scenarios in AICC's words. 1 is what a repeated order gets, so nobody knows whether it exists.
_REFUSALS = {"refused_41000": "5", "failed_88": "1", "failed_99": "99"}


class Refused(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


async def answer(sandbox: Sandbox, request: Request) -> Reply:
    """Raises ConnectionDropped when the scenario says so."""
    if request.method == "GET" and request.path.startswith(RECORDINGS):
        key = request.path.removeprefix(RECORDINGS).removesuffix(recordings.SUFFIX)
        if not sandbox.aicc.has_recording(key):
            return text_reply("the address has expired\n", status=403)
        return Reply(body=recordings.tone(), content_type="audio/wav")
    received = sandbox.note(request, parse_json(request.body))
    question = _QUESTIONS.get(request.path.removeprefix(_API)) if request.path.startswith(_API) else None
    if question is None and request.path != TOKEN:
        return text_reply("not found\n", status=404)
    if request.method != "POST":
        return text_reply("use POST\n", status=405)
    if request.path == _API + "createCall":
        # Before anything is checked: a refused order is a request, too, and the rate is about requests.
        sandbox.ledger.arrived(sandbox.monotonic(), signed_ms="")
    if question is None:  # the address of the token
        return access.token(sandbox, request, received)
    if not access.may_ask(sandbox, request):
        return access.unauthorised(received)
    if not isinstance(received.body, dict):
        return json_reply({"retCode": "400", "retMsg": "the body must be a JSON object"}, status=400)
    try:
        return await question(sandbox, received.body, request, received)
    except Refused as refused:
        received.code = int(refused.code)
        return json_reply({"retCode": refused.code, "retMsg": refused.message})


async def _create_call(sandbox: Sandbox, body: Body, request: Request, received: Received) -> Reply:
    callback_url = _checked_order(sandbox, body)
    scenario = sandbox.scenario_of_call(body["called"])
    received.scenario = scenario.name
    if scenario.level is Level.REFUSAL:
        code = _REFUSALS.get(scenario.name)
        if code is None:
            return access.unauthorised(received)
        raise Refused(code, "the scenario says so")
    order = Order(
        callee=body["called"], scenario=scenario, held=scenario.held, did=body["caller"], other=body.get("callData")
    )
    sandbox.ledger.orders_taken([order.callee])
    call = sandbox.aicc.dial(order, body=body, callback_url=callback_url)
    received.code = 0
    sandbox.kick()
    answered: Body = {"retCode": "0", "retMsg": "success"}
    serials = sandbox.config.aicc_serials
    if serials != "never":
        answered["result"] = {"callSerialNo": call.serial if serials == "text" else int(call.serial)}
    return await faults.finish(sandbox, scenario, json_reply(answered), callees=[order.callee])


def _checked_order(sandbox: Sandbox, body: Body) -> str:
    """The plain callBackUrl or an empty string. Raises Refused with the codes of page 1303."""
    for name in ("caller", "called"):
        if not _is(body.get(name), r"[0-9]{3,32}"):
            raise Refused("5", f"{name} must be up to 32 digits")
    for name in ("callerPresent", "agentPresent"):
        if body.get(name) not in (None, "") and not _is(body[name], r"[0-9]{3,14}"):
            raise Refused("5", f"{name} must be an access code or 11 to 14 digits")
    data = body.get("callData")
    if data is not None and (not isinstance(data, str) or len(data) > CALL_DATA_MOST):
        raise Refused("2", "callData must be up to 1024 characters")
    work_number = body.get("agentWorkNo")
    if work_number not in (None, "") and not re.fullmatch(r"[0-9]{1,5}", str(work_number)):
        raise Refused("5", "agentWorkNo must be up to five digits")
    phones = sandbox.config.aicc_phones
    if phones and body["caller"] not in phones:
        raise Refused("8", "the caller is not an assigned softphone number")
    return _callback_url(sandbox, body.get("callBackUrl"))


def _callback_url(sandbox: Sandbox, encoded: object) -> str:
    if encoded in (None, ""):
        return ""
    try:
        url = base64.b64decode(str(encoded), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise Refused("9", "callBackUrl must be Base64") from None
    if not re.fullmatch(r"https?://[A-Za-z0-9\-:./_#?&]+", url):
        raise Refused("9", "callBackUrl has characters that are not allowed")
    hosts = sandbox.config.aicc_callback_hosts
    if hosts and urlsplit(url).netloc not in hosts:
        raise Refused("9", "callBackUrl is not in the trust list")
    return url


async def _call_state(sandbox: Sandbox, body: Body, request: Request, received: Received) -> Reply:
    serial = _serial(body)
    if serial is None:
        raise Refused("3", "callSerialNo has a wrong format")
    call = sandbox.aicc.calls.get(serial)
    if call is None:
        raise Refused("1", "no such call")
    return _found(received, state_result(call, sandbox.aicc.state(call)))


def _serial(body: Body) -> str | None:
    value = body.get("callSerialNo")
    text = str(value) if type(value) is int else value
    return text if _is(text, r"[0-9]{1,50}") else None


async def _details(sandbox: Sandbox, body: Body, request: Request, received: Received) -> Reply:
    """Page 1305. Ended calls only: whether running ones are listed is not documented."""
    for name in ("startTime", "endTime"):
        if not _is(body.get(name), r"[0-9]{13}"):
            raise Refused("2", f"{name} must be epoch milliseconds")
    start, end = int(body["startTime"]), int(body["endTime"])
    if not 0 <= end - start <= WEEK_MS:
        raise Refused("2", "the span must be up to seven days")
    offset, limit = _page(body)
    caller = body.get("caller")
    if caller and sandbox.config.aicc_phones and caller not in sandbox.config.aicc_phones:
        raise Refused("12", "the caller cannot be used")
    if str(body.get("taskType") or 0) not in ("0", "1"):
        raise Refused("1", "no call is found")
    calls = [call for call in sandbox.aicc.between(start, end) if not caller or call.order.did == caller]
    if not calls:
        raise Refused("1", "no call is found")
    rows = [detail(call) for call in calls[offset : offset + limit]]
    return _found(received, {"total": len(calls), "callInfo": rows})


def _page(body: Body) -> tuple[int, int]:
    """Offset and limit, text or numbers; a limit out of its range is brought into it (page 1308)."""
    offset, limit = str(body.get("offset") or 0), str(body.get("limit", 100))
    if not _is(offset, r"[0-9]{1,9}") or not _is(limit, r"-?[0-9]{1,9}"):
        raise Refused("4", "offset or limit is wrong")
    return int(offset), min(max(int(limit), 1), 100)


async def _phones(sandbox: Sandbox, body: Body, request: Request, received: Received) -> Reply:
    """Page 1308. Each comes with the password that a softphone registers with."""
    offset, limit = _page(body)
    phones = list(sandbox.config.aicc_phones)
    rows = [{"phoneNum": phone, "password": f"softphone-{phone[-4:]}"} for phone in phones[offset : offset + limit]]
    return _found(received, {"total": len(phones), "regIPAddress": "127.0.0.1", "regPort": 5060, "phone": rows})


async def _recording_address(sandbox: Sandbox, body: Body, request: Request, received: Received) -> Reply:
    """The one answer whose retCode is a number (page 1307)."""
    value = body.get("callSerialNo")
    call = sandbox.aicc.calls.get(_serial(body) or "")
    if len(str(value)) > 50:
        received.code = 12
        return json_reply({"retCode": 12, "retMsg": "callSerialNo is too long"})
    if call is None or not call.legs.answer or not call.ended(sandbox.monotonic()):
        received.code = 5
        return json_reply({"retCode": 5, "retMsg": "no record"})
    received.code = 0
    base = sandbox.config.recording_base.rstrip("/") or f"http://{request.headers.get('host', 'sandbox')}"
    url = f"{base}{RECORDINGS}{sandbox.aicc.new_recording_key(call.serial)}{recordings.SUFFIX}"
    return json_reply({"retCode": 0, "retMsg": "success", "result": {"url": url}})


def _found(received: Received, result: Body) -> Reply:
    received.code = 0
    return json_reply({"retCode": "0", "retMsg": "success", "result": result})


def _is(value: object, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


_QUESTIONS: dict[str, Callable[[Sandbox, Body, Request, Received], Awaitable[Reply]]] = {
    "createCall": _create_call,
    "queryCallState": _call_state,
    "queryCallDetailRecord": _details,
    "queryPhone": _phones,
    "getRecordingAddress": _recording_address,
}
