"""AICC's REST interfaces: the token, the order of a bidirectional call, and the questions about it.

Every question is answered with HTTP 200 and a retCode; only who asks wrongly gets another status.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from sandbox import faults, huawei, recordings
from sandbox.aicc_state import detail, state_result
from sandbox.asgi import Reply, Request, json_reply, text_reply
from sandbox.calls import Order
from sandbox.scenarios import Level, Scenario
from sandbox.state import Received, Sandbox

PREFIXES = ("/apigovernance/", "/apiaccess/", "/aicc-recordings/")
TOKEN = "/apigovernance/api/oauth/tokenByAkSk"
_API = "/apiaccess/CC-Management/v1/mobileAgent/"
RECORDINGS = "/aicc-recordings/"

TOKEN_SECONDS_MOST = 3600
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
        return _recording(sandbox, request.path)
    received = sandbox.note(request, _parsed(request.body))
    question = _QUESTIONS.get(request.path.removeprefix(_API)) if request.path.startswith(_API) else None
    if question is None and request.path != TOKEN:
        return text_reply("not found\n", status=404)
    if request.method != "POST":
        return text_reply("use POST\n", status=405)
    if request.path == _API + "createCall":
        sandbox.ledger.arrived(sandbox.monotonic(), signed_ms="")
    if question is None:
        return _token(sandbox, request, received)
    if not _may_ask(sandbox, request):
        return _unauthorised(received)
    if not isinstance(received.body, dict):
        return json_reply({"retCode": "400", "retMsg": "the body must be a JSON object"}, status=400)
    try:
        return await question(sandbox, received.body, request, received)
    except Refused as refused:
        received.code = int(refused.code)
        return json_reply({"retCode": refused.code, "retMsg": refused.message})


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _token(sandbox: Sandbox, request: Request, received: Received) -> Reply:
    """Page 2211. What a wrong key gets is not documented."""
    config = sandbox.config
    raw = request.headers.get("x-token-expire", "600")
    if not re.fullmatch(r"[1-9][0-9]{0,3}", raw) or int(raw) > TOKEN_SECONDS_MOST:
        return json_reply({"code": "400", "message": "X-Token-Expire must be 1 to 3600"}, status=400)
    body = received.body if isinstance(received.body, dict) else {}
    if not (_same(body.get("app_key"), config.aicc_app_key) and _same(body.get("app_secret"), config.aicc_app_secret)):
        return _unauthorised(received)
    received.code = 0
    seconds = min(float(raw), config.aicc_token_seconds)
    return json_reply(
        {
            "AccessToken": sandbox.aicc.new_token(seconds),
            "ApplyType": "Bearer",
            "CreateTime": str(int(sandbox.wall())),
            "Expires": f"{seconds:g}",
            "Scope": "sandbox",
            "AppKey": config.aicc_app_key,
            "UserID": "Anonymous",
        }
    )


def _same(given: object, expected: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(), expected.encode())


def _may_ask(sandbox: Sandbox, request: Request) -> bool:
    bearer, _, token = request.headers.get("authorization", "").partition(" ")
    key = request.headers.get("x-app-key")
    return bearer == "Bearer" and sandbox.aicc.knows(token) and _same(key, sandbox.config.aicc_app_key)


def _unauthorised(received: Received) -> Reply:
    received.code = 401
    return json_reply({"code": "401", "message": "authentication failed"}, status=401)


async def _create_call(sandbox: Sandbox, body: Body, request: Request, received: Received) -> Reply:
    callback_url = _checked_order(sandbox, body)
    scenario = sandbox.scenario_of_call(body["called"])
    received.scenario = scenario.name
    if scenario.level is Level.REFUSAL:
        return _refusal(scenario, received)
    order = Order(
        callee=body["called"], scenario=scenario, held=scenario.held, did=body["caller"], other=body.get("callData")
    )
    call = huawei.take_aicc(sandbox, order, body=body, callback_url=callback_url)
    received.code = 0
    sandbox.kick()
    answered: Body = {"retCode": "0", "retMsg": "success"}
    serials = sandbox.config.aicc_serials
    if serials != "never":
        answered["result"] = {"callSerialNo": call.serial if serials == "text" else int(call.serial)}
    return await faults.finish(sandbox, scenario, json_reply(answered), callees=[order.callee])


def _refusal(scenario: Scenario, received: Received) -> Reply:
    code = _REFUSALS.get(scenario.name)
    if code is None:
        return _unauthorised(received)
    raise Refused(code, "the scenario says so")


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
    offset, limit = _page(body, code="4")
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


def _page(body: Body, *, code: str) -> tuple[int, int]:
    """Offset and limit; they come as numbers or as text."""
    offset, limit = str(body.get("offset", 0)), str(body.get("limit", 100))
    if not _is(offset, r"[0-9]{1,9}") or not _is(limit, r"[0-9]{1,3}") or not 1 <= int(limit) <= 100:
        raise Refused(code, "offset must be 0 or more, limit 1 to 100")
    return int(offset), int(limit)


async def _phones(sandbox: Sandbox, body: Body, request: Request, received: Received) -> Reply:
    offset, limit = _page(body, code="1")
    phones = list(sandbox.config.aicc_phones)
    return _found(received, {"total": len(phones), "phoneList": phones[offset : offset + limit]})


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


def _recording(sandbox: Sandbox, path: str) -> Reply:
    key = path.removeprefix(RECORDINGS).removesuffix(recordings.SUFFIX)
    if not sandbox.aicc.has_recording(key):
        return text_reply("the address has expired\n", status=403)
    return Reply(body=recordings.tone(), content_type="audio/wav")


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
