"""AICC's endpoints, headers and envelope: prepares requests, sees to the token, and judges answers."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from telephony.contract.errors import CredentialsRefused, OutcomeUnknown, ProviderError, RateLimited, RequestNotSent
from telephony.contract.orders import PreparedRequest
from telephony.http.error_map import NOT_SENT, UNKNOWN
from telephony.http.redaction import HIDDEN
from telephony.http.transport import MAX_REPLY_BYTES, TOTAL_TIMEOUT, Transport
from telephony.http.untrusted_json import UnreadableBody, as_id, as_text, load_object
from telephony.providers.huawei_aicc import codes
from telephony.providers.huawei_aicc.token import Tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from telephony.http.redaction import Redactor
    from telephony.http.transport import Reply
    from telephony.providers.huawei_aicc.settings import AiccSettings

SHORTEST_TIMEOUT = 5.0
"""Seconds. With less left of TOTAL_TIMEOUT nothing is sent any more."""
LONGEST_QUOTE = 200
_BASE = "/apiaccess/CC-Management/v1/mobileAgent"


@dataclass(frozen=True, slots=True)
class Endpoint:
    path: str
    codes: codes.Codes
    secret_reply: bool = False
    """Its answers hold a password or a link that opens by itself, and are not kept."""


CREATE_CALL = Endpoint(f"{_BASE}/createCall", codes.CREATE_CALL)
CALL_STATE = Endpoint(f"{_BASE}/queryCallState", codes.CALL_STATE)
CALL_RECORDS = Endpoint(f"{_BASE}/queryCallDetailRecord", codes.CALL_RECORDS)
RECORDING = Endpoint(f"{_BASE}/getRecordingAddress", codes.RECORDING, secret_reply=True)
# Page 1308: each phone comes with the password that it registers with.
PHONES = Endpoint(f"{_BASE}/queryPhone", codes.PHONES, secret_reply=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A request but for its token: what is sent once more when the token had ended."""

    endpoint: Endpoint
    body: bytes = field(repr=False)
    numbers: frozenset[str] = field(default=frozenset(), repr=False)
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """Parts of the body that are never kept."""
    mask_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The answer's frame. `code` is "" where it is missing or neither text nor a whole number."""

    code: str
    message: str
    result: dict[str, Any]
    """What is in `result`, or beside it where there is none."""


def encode(payload: Mapping[str, object]) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def parse_envelope(body: bytes) -> Envelope:
    """Raises UnreadableBody. The code may be text or a number: page 1307 shows a number, the others text."""
    content = load_object(body)
    result = content.get("result")
    return Envelope(
        code=as_id(content.get("retCode"), limit=32),
        # Not cut before it is redacted: half a secret would hide from the mask.
        message=as_text(content.get("retMsg"), limit=MAX_REPLY_BYTES),
        result=result if isinstance(result, dict) else content,
    )


class AiccClient:
    def __init__(self, settings: AiccSettings, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._http = client
        self.tokens = Tokens(settings, client)

    def __repr__(self) -> str:
        return f"AiccClient({self._settings!r})"

    def prepare(self, draft: Draft, *, token: str = "") -> PreparedRequest:
        """The request exactly as it goes out with this token; without one, as it may be shown."""
        account = self._settings
        tenant = (("X-TenantSpaceID", account.tenant_space_id),) if account.tenant_space_id else ()
        return PreparedRequest(
            method="POST",
            url=account.base_url + draft.endpoint.path,
            headers=(
                ("Content-Type", "application/json"),
                ("Authorization", f"Bearer {token or HIDDEN}"),
                ("X-APP-Key", account.app_key),
                *tenant,
            ),
            body=draft.body,
            sensitive_headers=frozenset({"authorization"}),
            numbers=draft.numbers,
        )

    async def order(self, draft: Draft, *, now_ms: int) -> tuple[Envelope, Reply]:
        """The answer to an order that AICC took (retCode 0). Raises the classes of contract/errors.py."""
        reply, redactor = await self._send(draft, now_ms=now_ms)
        return _judged(reply, draft.endpoint, redactor), reply

    async def read(self, endpoint: Endpoint, payload: Mapping[str, object], *, now_ms: int) -> tuple[Envelope, Reply]:
        """Ask what changes nothing. Raises as `order`, and RateLimited."""
        draft = Draft(endpoint=endpoint, body=encode(payload), mask_all=True)
        try:
            reply, redactor = await self._send(draft, now_ms=now_ms)
            if reply.status == 429:
                wait = "later" if reply.retry_after is None else f"in {reply.retry_after:.0f} seconds"
                raise RateLimited(
                    f"Too many requests to AICC (HTTP 429). Try again {wait}.",
                    code="http_429",
                    exchange=reply.exchange,
                    retry_after=reply.retry_after,
                )
            return _judged(reply, endpoint, redactor), reply
        except ProviderError as exc:
            if endpoint.secret_reply and exc.exchange and exc.exchange.reply_body:
                exc.exchange = replace(exc.exchange, reply_body=HIDDEN)
            raise

    async def _send(self, draft: Draft, *, now_ms: int) -> tuple[Reply, Redactor]:
        """Sends once, and once more with another token where the first was refused.

        HTTP 401 says that the token is no good, and so that nobody looked at the request. All of it together takes no
        longer than TOTAL_TIMEOUT, which the claim of an order outlives.
        """
        end = time.monotonic() + TOTAL_TIMEOUT
        token = await self.tokens.current(now_ms=now_ms)
        try:
            return await self._send_with(token, draft, end=end)
        except CredentialsRefused as exc:
            if exc.code != "http_401":
                raise
        another = await self.tokens.instead_of(token, now_ms=now_ms)
        return await self._send_with(another, draft, end=end)

    async def _send_with(self, token: str, draft: Draft, *, end: float) -> tuple[Reply, Redactor]:
        account, left = self._settings, end - time.monotonic()
        if left < SHORTEST_TIMEOUT:
            raise RequestNotSent(f"Getting an access token took too long. {NOT_SENT}", code="no_token")
        secrets = {token, account.app_secret, account.callback_key, *draft.secrets}
        # An answer that quotes a secret quotes it as JSON writes it.
        written = {json.dumps(secret, ensure_ascii=plain)[1:-1] for secret in secrets for plain in (True, False)}
        transport = Transport(self._http, secrets=secrets | written, total_timeout=left)
        prepared = self.prepare(draft, token=token)
        reply = await transport.send(prepared, mask_all=draft.mask_all)
        return reply, transport.redactor(prepared, mask_all=draft.mask_all)


def unreadable(what: str, reply: Reply) -> OutcomeUnknown:
    """For an answer of success that lacks what was asked for. Its body is not kept: it may hold a link."""
    exchange = replace(reply.exchange, reply_body=HIDDEN)
    return OutcomeUnknown(f"AICC's answer has no {what}.", code="unreadable_reply", exchange=exchange)


def _judged(reply: Reply, endpoint: Endpoint, redactor: Redactor) -> Envelope:
    try:
        envelope = parse_envelope(reply.body)
    except UnreadableBody as exc:
        raise OutcomeUnknown(
            f"AICC's answer (HTTP {reply.status}) cannot be read: {exc}. {UNKNOWN}",
            code="unreadable_reply",
            exchange=reply.exchange,
        ) from exc
    if not envelope.code:
        raise OutcomeUnknown(
            f"AICC's answer (HTTP {reply.status}) has no result code. {UNKNOWN}",
            code="no_code",
            exchange=reply.exchange,
        )
    error = endpoint.codes.error_for(envelope.code)
    if error is not None:
        code = redactor.text(envelope.code)
        said = redactor.text(envelope.message)[:LONGEST_QUOTE].rstrip(" .")
        message = f"AICC answered {code}. {endpoint.codes.explain(envelope.code)}"
        message += f" AICC said: “{said}”." if said else ""
        message += f" {UNKNOWN}" if error is OutcomeUnknown else ""
        raise error(message, code=code, exchange=reply.exchange)
    if not 200 <= reply.status < 300:
        raise OutcomeUnknown(
            f"AICC's answer contradicts itself: success, but HTTP {reply.status}. {UNKNOWN}",
            code=f"http_{reply.status}",
            exchange=reply.exchange,
        )
    return envelope
