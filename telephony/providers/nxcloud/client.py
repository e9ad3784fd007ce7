"""NxCloud's endpoints, headers and envelope: builds signed requests and judges replies."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any

from telephony.contract.errors import OutcomeUnknown, RateLimited
from telephony.contract.orders import PreparedRequest
from telephony.http.error_map import UNKNOWN
from telephony.http.transport import Transport
from telephony.http.untrusted_json import UnreadableBody, as_id, as_int, as_text, load_object
from telephony.providers.nxcloud import codes
from telephony.providers.nxcloud.signing import Algorithm, shown_string_to_sign, sign, string_to_sign

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import httpx

    from telephony.http.transport import Reply

LONGEST_QUOTE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NxCloudSettings:
    """One account. The base URLs have no slash at the end."""

    base_url: str
    task_base_url: str
    access_key: str
    access_secret: str = field(repr=False)
    algorithm: Algorithm = "md5"
    webhook_token: str = field(default="", repr=False)
    tenant_id: int | None = None
    records_zone: tzinfo = UTC
    """What the times and days of DID records, which NxCloud writes without a zone, are read in."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    path: str
    biz_type: str
    action: str
    on_task_host: bool = False
    too_soon: frozenset[int] = frozenset()
    """Result codes by which this endpoint, and no other, says that it was asked too often."""


# DID-API-Dialout-With-Amazon-Connect shows 6 / cc in its example column; its description says 9 / didaws, and so does
# the sibling page for call-in. NXCC-API-CreateCallTask has the same stale 6 beside 8 / cc.
DIAL_OUT = Endpoint("/did/openapi/amazon/dialout", "9", "didaws")
CREATE_TASK = Endpoint("/saas/cc/openapi/ai/createandcall", "8", "cc", on_task_host=True)
RECORDS_PAGE = Endpoint("/saas/cc/openapi/cdr/page", "8", "cc")
RECORDS_OF_ORDER = Endpoint("/saas/cc/openapi/cdr/queryByOrderId", "8", "cc")
DID_RECORDS = Endpoint("/api/did/cdr", "4", "cdr")
AGENT_GROUPS = Endpoint("/saas/cc/openapi/agentGroup/page", "8", "cc")
GROUP_MEMBERS = Endpoint("/saas/cc/openapi/agentGroup/member/list", "8", "cc")
# In a number check 211 means that the balance is used up.
BALANCE = Endpoint("/api/customer/getBalance", "3", "getBalance", too_soon=frozenset({211}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The reply's frame. `code` is None where it is missing or no number."""

    code: int | None
    message: str
    request_id: str
    call_id: str
    content: dict[str, Any]


def encode(payload: Mapping[str, object]) -> bytes:
    """The body, made once: these bytes are signed and these bytes are sent."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def parse_envelope(body: bytes) -> Envelope:
    """Raises UnreadableBody. Accepts the code as number or text, `msg` or `message`, callId inside or beside `data`."""
    content = load_object(body)
    data = content.get("data")
    inner = data if isinstance(data, dict) else {}
    return Envelope(
        code=as_int(content.get("code")),
        message=as_text(content.get("msg")) or as_text(content.get("message")),
        request_id=as_id(content.get("reqId")) or as_id(content.get("traceId")),
        call_id=as_id(inner.get("callId")) or as_id(content.get("callId")),
        content=content,
    )


class NxCloudClient:
    def __init__(self, settings: NxCloudSettings, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._transport = Transport(client, secrets=(settings.access_secret, settings.webhook_token))

    def __repr__(self) -> str:
        return f"NxCloudClient({self._settings!r})"

    def prepare(self, endpoint: Endpoint, body: bytes, *, now_ms: int, numbers: Iterable[str] = ()) -> PreparedRequest:
        """Sign a body. `now_ms` is Unix milliseconds; NxCloud accepts a minute of difference, so sign when sending."""
        account = self._settings
        signed = {
            "access_key": account.access_key,
            "action": endpoint.action,
            "biz_type": endpoint.biz_type,
            "ts": str(now_ms),
        }
        signature = sign(string_to_sign(**signed, body=body, secret=account.access_secret), account.algorithm)
        return PreparedRequest(
            method="POST",
            url=(account.task_base_url if endpoint.on_task_host else account.base_url) + endpoint.path,
            headers=(
                ("Content-Type", "application/json"),
                ("accessKey", account.access_key),
                ("ts", str(now_ms)),
                ("bizType", endpoint.biz_type),
                ("action", endpoint.action),
                # The 2023 pages know neither the header nor SHA-256, so the default goes out as they describe it.
                *(() if account.algorithm == "md5" else (("algorithm", account.algorithm),)),
                ("sign", signature),
            ),
            body=body,
            string_to_sign=shown_string_to_sign(**signed, body=body),
            sensitive_headers=frozenset({"sign"}),
            numbers=frozenset(numbers),
        )

    async def send(self, prepared: PreparedRequest, *, mask_all: bool = False) -> tuple[Envelope, Reply]:
        """The envelope of a request that NxCloud took (code 0). Raises the classes of contract/errors.py."""
        reply = await self._transport.send(prepared, mask_all=mask_all)
        return self._judged(reply, prepared, mask_all=mask_all), reply

    async def read(
        self, endpoint: Endpoint, payload: Mapping[str, object] | None, *, now_ms: int
    ) -> tuple[Envelope, Reply]:
        """Ask what changes nothing; None sends no body at all. Raises as `send`, and RateLimited."""
        prepared = self.prepare(endpoint, b"" if payload is None else encode(payload), now_ms=now_ms)
        # Answers to questions hold numbers that we did not send, so every run of digits is masked.
        reply = await self._transport.send(prepared, mask_all=True)
        if reply.status == 429:
            raise _too_soon(reply, code="http_429")
        try:
            return self._judged(reply, prepared, mask_all=True), reply
        except OutcomeUnknown as exc:
            if exc.code in map(str, endpoint.too_soon):
                raise _too_soon(reply, code=exc.code) from exc
            raise

    def _judged(self, reply: Reply, prepared: PreparedRequest, *, mask_all: bool) -> Envelope:
        try:
            envelope = parse_envelope(reply.body)
        except UnreadableBody as exc:
            raise OutcomeUnknown(
                f"NxCloud's answer (HTTP {reply.status}) cannot be read: {exc}. {UNKNOWN}",
                code="unreadable_reply",
                exchange=reply.exchange,
            ) from exc
        if envelope.code is None:
            raise OutcomeUnknown(
                f"NxCloud's answer (HTTP {reply.status}) has no result code. {UNKNOWN}",
                code="no_code",
                exchange=reply.exchange,
            )
        error = codes.error_for(envelope.code)
        if error is None and 200 <= reply.status < 300:
            return envelope
        if error is None:
            raise OutcomeUnknown(
                f"NxCloud's answer contradicts itself: success, but HTTP {reply.status}. {UNKNOWN}",
                code=f"http_{reply.status}",
                exchange=reply.exchange,
            )
        redactor = self._transport.redactor(prepared, mask_all=mask_all)
        said = redactor.text(envelope.message)[:LONGEST_QUOTE].rstrip(" .")
        message = f"NxCloud answered {envelope.code}. {codes.explain(envelope.code)}"
        message += f" NxCloud said: “{said}”." if said else ""
        message += f" {UNKNOWN}" if error is OutcomeUnknown else ""
        raise error(message, code=str(envelope.code), exchange=reply.exchange)


def _too_soon(reply: Reply, *, code: str) -> RateLimited:
    wait = "later" if reply.retry_after is None else f"in {reply.retry_after:.0f} seconds"
    return RateLimited(
        f"Too many requests to NxCloud ({code.replace('_', ' ').replace('http', 'HTTP')}). Try again {wait}.",
        code=code,
        exchange=reply.exchange,
        retry_after=reply.retry_after,
    )
