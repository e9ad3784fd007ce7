"""CC-Gateway's addresses, headers and envelope: builds an agent's requests and judges the answers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from telephony.contract.errors import OutcomeUnknown, SessionLost
from telephony.contract.orders import PreparedRequest
from telephony.http.error_map import NOT_SENT, UNKNOWN, host_of
from telephony.http.redaction import HIDDEN, Redactor
from telephony.http.transport import Transport
from telephony.http.untrusted_json import UnreadableBody, as_id, as_text, load_object
from telephony.providers.huawei_ccgateway import codes
from telephony.providers.huawei_ccgateway.session_credentials import SENSITIVE_HEADERS, Identity, guid_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import httpx

    from telephony.contract.agents import SavedSession
    from telephony.http.transport import Reply, SecretsOf

CONTENT_TYPE = ("Content-Type", "application/json; charset=UTF-8")
LONGEST_QUOTE = 200
_CODE = re.compile(r"[0-9]{1,6}(-[0-9]{1,6})?", re.ASCII)
# Every escape is taken as a pair, so that \\u0000, which is a backslash and letters, stays as it is.
_ESCAPE = re.compile(rb"\\(?:u0000|(.))", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class CcGatewaySettings:
    """One gateway. `base_url` goes up to and with /agentgateway/resource, without a slash at the end."""

    base_url: str
    poll_pause: float = 0.2
    """Seconds between an answer to a poll and the next poll of the agent (page 1274: 0.2 to 0.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request of an agent, before anybody signs it. `numbers` are wire digits to be masked where it is kept."""

    method: str
    path: str
    body: bytes = b""
    numbers: frozenset[str] = frozenset()
    order: bool = False
    """A call-out: an answer that proves nothing is an unknown outcome."""
    people: bool = False
    """The answer tells of numbers that we did not send."""
    event: bool = False
    """The answer brings an event, which may lack the frame around it."""
    with_guid: bool = True
    """False for sign-in, which begins a session instead of using one."""
    done: frozenset[str] = frozenset()
    """Codes that mean that there was nothing left to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The answer's frame. `code` is "" where it is missing or of no usable type."""

    code: str
    message: str
    result: Any
    event: Any


def encode(payload: Mapping[str, object]) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def parse_envelope(body: bytes, *, event: bool = False) -> Envelope:
    """Raises UnreadableBody. `message` or `msg`, the code as text or number (pages 1202 and devg 4015 differ).

    Where an `event` is waited for, one without the frame around it, as the sample of page 0546 has it, is taken too.
    """
    if b"\x00" in body or b"\\u0000" in body:
        # Huawei's C# demo strips these from events.
        body = _ESCAPE.sub(lambda found: found[0] if found[1] else b"", body.replace(b"\x00", b""))
    content = load_object(body)
    bare = event and "retcode" not in content and ("eventType" in content or "phoneState" in content)
    return Envelope(
        code=codes.SUCCESS if bare else as_id(content.get("retcode"), limit=32),
        message=as_text(content.get("message")) or as_text(content.get("msg")),
        result=content.get("result"),
        event=content if bare else content.get("event"),
    )


def prepare(base_url: str, ask: Ask, identity: Identity | None) -> PreparedRequest:
    """The request as it goes out; without an identity, as a preview with the Guid hidden."""
    own = (("Guid", HIDDEN),) if identity is None else identity.headers(with_guid=ask.with_guid)
    return PreparedRequest(
        method=ask.method,
        url=base_url + ask.path,
        headers=(CONTENT_TYPE, *own),
        body=ask.body,
        sensitive_headers=SENSITIVE_HEADERS,
        numbers=ask.numbers,
    )


class AgentClient:
    """Sends one agent's requests with what the gateway knows the session by, and keeps what answers say of it."""

    def __init__(
        self,
        settings: CcGatewaySettings,
        client: httpx.AsyncClient,
        *,
        secrets: Iterable[str],
        saved: SavedSession | None = None,
    ) -> None:
        self._base_url = settings.base_url
        self._client = client
        self._secrets = tuple(secrets)
        self.identity = Identity(host_of(settings.base_url), saved)

    def __repr__(self) -> str:
        return "AgentClient()"

    def preview(self, ask: Ask) -> PreparedRequest:
        return prepare(self._base_url, ask, None)

    async def send(self, ask: Ask) -> tuple[Envelope, Reply]:
        """The answer to a request that the gateway did. Raises the classes of telephony/contract/errors.py.

        A Guid that another answer has replaced meanwhile is tried once more with the newest, an order as well: the
        code says that the gateway did not look at it (page 0005).
        """
        guid = self.identity.guid
        try:
            return await self._send(ask)
        except SessionLost as exc:
            if exc.code not in codes.STALE or self.identity.guid in ("", guid) or not ask.with_guid:
                raise
        return await self._send(ask)

    async def _send(self, ask: Ask) -> tuple[Envelope, Reply]:
        if ask.with_guid and not self.identity.guid:
            raise SessionLost(f"The agent is not signed in. {NOT_SENT}", code="no_session")
        transport = Transport(self._client, secrets=(*self._secrets, *self.identity.secrets()))
        reply = await transport.send(self._prepare(ask), mask_all=ask.people, secrets_of=self._ear(ask))
        return self._judged(reply, ask), reply

    def _prepare(self, ask: Ask) -> PreparedRequest:
        return prepare(self._base_url, ask, self.identity)

    def _ear(self, ask: Ask) -> SecretsOf:
        """What is done with an answer's headers as soon as they are there."""
        generation = self.identity.generation

        def hear(headers: httpx.Headers) -> Iterable[str]:
            if "Set-GUID" not in headers and "Set-Cookie" not in headers:
                return ()
            self.identity.hear_cookies(headers, now=datetime.now(UTC))
            # The Guid of a sign-in counts once the sign-in has succeeded.
            if ask.with_guid and generation == self.identity.generation:
                self.identity.hear_guid(headers)
            return (guid_of(headers), *self.identity.secrets())

        return hear

    def _judged(self, reply: Reply, ask: Ask) -> Envelope:
        try:
            envelope = parse_envelope(reply.body, event=ask.event)
        except UnreadableBody as exc:
            raise OutcomeUnknown(
                f"The gateway's answer (HTTP {reply.status}) cannot be read: {exc}. {UNKNOWN}",
                code="unreadable_reply",
                exchange=reply.exchange,
            ) from exc
        if not 200 <= reply.status < 300 and envelope.code in ("", codes.SUCCESS):
            raise OutcomeUnknown(
                f"The gateway answered HTTP {reply.status} without saying why. {UNKNOWN}",
                code=f"http_{reply.status}",
                exchange=reply.exchange,
            )
        if not envelope.code:
            raise OutcomeUnknown(
                f"The gateway's answer has no result code. {UNKNOWN}", code="no_code", exchange=reply.exchange
            )
        if envelope.code not in ask.done and (error := codes.error_for(envelope.code, order=ask.order)):
            secrets = (*self._secrets, *self.identity.secrets(), guid_of(reply.headers))
            redactor = Redactor(self._prepare(ask), secrets=secrets, mask_all=True)
            said = redactor.text(envelope.message)[:LONGEST_QUOTE].rstrip(" .")
            # Anything but a code in its place is not repeated: nobody can look it up, and who knows what it quotes.
            code = envelope.code if _CODE.fullmatch(envelope.code) else "unlisted"
            message = f"The gateway answered {code}. {codes.explain(code)}"
            message += f" The gateway said: “{said}”." if said else ""
            message += f" {UNKNOWN}" if error is OutcomeUnknown else ""
            raise error(message, code=code, exchange=reply.exchange)
        return envelope
