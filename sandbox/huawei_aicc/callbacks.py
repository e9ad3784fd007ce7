"""AICC's callbacks: a call is connected, a call is over (pages 1317 to 1319).

What they look like on the line is documented by a sample that is no JSON, and the signature in two ways. Each way can
be had by configuration. They are repeated like NxCloud's pushes, because nothing is said of that either.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sandbox import chaos
from sandbox.asgi import dump
from sandbox.nxcloud.calls import begun_seconds, talk_seconds
from sandbox.push import Message, Pusher

if TYPE_CHECKING:
    from sandbox.config import SandboxConfig
    from sandbox.huawei_aicc.calls import AiccCall

CONNECTED, RELEASED = "connected", "released"
_CONTENT_TYPES = {
    "json": "application/json; charset=UTF-8",
    "form": "application/x-www-form-urlencoded",
    "map": "text/plain; charset=UTF-8",
}
UNSIGNED = ("timestamp", "nonce", "signature")


@dataclass(slots=True, kw_only=True)
class Callback:
    call: AiccCall
    event: str
    url: str
    signed: bool
    nonce: str = field(default_factory=lambda: secrets.token_hex(8))


class CallbackPusher(Pusher[Callback]):
    """`wall` gives the time in the signature."""

    def __init__(self, *args: Any, wall: Callable[[], float]) -> None:
        super().__init__(*args)
        self._wall = wall

    def ready(self) -> bool:
        return True

    def message(self, item: Callback) -> Message:
        body, content_type = written(item, self._config(), now_ms=int(self._wall() * 1000))
        return Message(url=item.url, body=body, headers={"Content-Type": content_type})

    def label(self, item: Callback) -> dict[str, str]:
        return {"callId": item.call.serial, "event": item.event}

    def add_call(self, call: AiccCall) -> None:
        """What this call sends when it is answered and when it is over; late and twice, if configured so."""
        config = self._config()
        talked = (call.legs.end - call.legs.answer) / 1000 if config.speed else 0.0
        for push in range(chaos.push_count(config, call.order)):
            # Each with a delay of its own, so that the end may overtake the beginning.
            late, later = (chaos.push_delay(config, call.order, push, event) for event in range(2))
            if call.legs.answer and (url := config.aicc_connected_url):
                connected = Callback(call=call, event=CONNECTED, url=url, signed=False)
                self.add(connected, due=call.visible_at - talked + late)
            if url := call.callback_url or config.aicc_released_url:
                signed = bool(call.callback_url and config.aicc_callback_key and config.aicc_callback_digest != "none")
                self.add(Callback(call=call, event=RELEASED, url=url, signed=signed), due=call.visible_at + later)


def written(callback: Callback, config: SandboxConfig, *, now_ms: int) -> tuple[bytes, str]:
    """The body as it is sent, and its content type."""
    fields = connected(callback.call) if callback.event == CONNECTED else released(callback.call, config)
    if callback.signed:
        fields |= {"timestamp": str(now_ms), "nonce": callback.nonce}
        fields["signature"] = signature(fields, key=config.aicc_callback_key, digest=config.aicc_callback_digest)
    syntax = config.aicc_callback_syntax
    if syntax == "json":
        body = dump(fields)
    elif syntax == "form":
        body = urlencode({name: _text(value) for name, value in fields.items()}).encode()
    else:
        body = ("{" + ", ".join(f"{name}={_text(value)}" for name, value in fields.items()) + "}").encode()
    return body, _CONTENT_TYPES[syntax]


def signature(fields: dict[str, Any], *, key: str, digest: str) -> str:
    """`hmac-sha256` as in the page's example, or plain `sha256` as in its text (page 1317); Base64."""
    joined = ",".join(f"{name}={_text(fields[name])}" for name in sorted(fields) if name not in UNSIGNED)
    text = f"{key}_{fields['timestamp']}_{fields['nonce']}_{''.join(joined.split())}".encode()
    if digest == "sha256":
        return base64.b64encode(hashlib.sha256(text).digest()).decode()
    return base64.b64encode(hmac.digest(key.encode(), text, "sha256")).decode()


def connected(call: AiccCall) -> dict[str, Any]:
    return {
        "callSerialNo": call.serial,
        "serviceNo": call.body.get("agentWorkNo") or "",
        "called": call.order.callee,
        "callData": call.order.other,
    }


def released(call: AiccCall, config: SandboxConfig) -> dict[str, Any]:
    legs = call.legs
    hours = config.aicc_callback_utc_offset
    agent_talk = begun_seconds(legs.end - legs.agent_answer) if legs.agent_answer else 0
    return {
        **connected(call),
        "caller": call.order.did,
        "callerPresent": call.body.get("callerPresent") or "",
        "createCallTime": _time(legs.start, hours),
        "alertingTime": _time(legs.ring, hours),
        "talkingTime": _time(legs.answer, hours),
        "releaseTime": _time(legs.end, hours),
        "talkDuration": talk_seconds(legs.customer) if legs.customer else 0,
        "recordfile": "",
        "locationId": "0",
        "releaseReason": call.reason,
        "agentAlertingTime": _time(legs.agent_ring, hours),
        "agentTalkingTime": _time(legs.agent_answer, hours),
        "agentReleaseTime": _time(legs.end, hours),
        "agentTalkDuration": agent_talk,
    }


def _text(value: Any) -> str:
    return "null" if value is None else str(value)


def _time(milliseconds: int, hours: float) -> str:
    """Like 2025/06/15,15:06:40:123; empty where it did not happen."""
    if not milliseconds:
        return ""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC) + timedelta(hours=hours)
    return f"{moment:%Y/%m/%d,%H:%M:%S}:{milliseconds % 1000:03}"
