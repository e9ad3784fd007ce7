"""One agent's session at the gateway: signs in, hears events, places and ends calls."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from telephony.contract.errors import OutcomeUnknown, ProviderError, RequestNotSent, RequestRejected, SessionLost
from telephony.contract.orders import Accepted
from telephony.contract.vocabulary import AgentState
from telephony.http.error_map import NOT_SENT
from telephony.http.untrusted_json import as_id, as_int, as_text
from telephony.providers.huawei_ccgateway import codes, events, requests
from telephony.providers.huawei_ccgateway.client import AgentClient
from telephony.providers.huawei_ccgateway.session_credentials import guid_of

if TYPE_CHECKING:
    import httpx

    from telephony.contract.agents import AgentEvent, AgentLogin, SavedSession
    from telephony.contract.orders import DialOrder, PreparedRequest
    from telephony.providers.huawei_ccgateway.client import Ask, CcGatewaySettings, Envelope


POLL_LASTS = 11.0
"""Seconds: the gateway answers a poll within some ten of them (page 1274), also when its client has gone away."""


class CcGatewaySession:
    """An AgentSession. Within one event loop."""

    def __init__(
        self,
        settings: CcGatewaySettings,
        client: httpx.AsyncClient,
        login: AgentLogin,
        *,
        saved: SavedSession | None = None,
    ) -> None:
        self._login = login
        self._pause = settings.poll_pause
        # As it is written in the body too: a quotation mark in a password stands there with a backslash.
        written = json.dumps(login.password, ensure_ascii=False)[1:-1]
        self._client = AgentClient(settings, client, secrets=(login.password, written), saved=saved)
        # The gateway refuses sign-in and sign-out at a time, and any request that comes twice at a time (000-007).
        self._one_by_one = asyncio.Lock()
        # Two polls would take each other's events.
        self._one_poll = asyncio.Lock()
        self._poll = requests.poll(login.agent_id)
        # Another process's poll may wait there still: the gateway does not see that its client is gone.
        self._poll_over_at = time.monotonic() + min(saved.polled_for, POLL_LASTS) if saved else 0.0
        self._next_poll = self._poll_over_at
        self._listening_since: float | None = None

    def __repr__(self) -> str:
        return f"CcGatewaySession({self._login.agent_id!r})"

    @property
    def saved(self) -> SavedSession | None:
        return self._client.identity.saved

    def hand_over(self) -> SavedSession | None:
        saved, left = self.saved, self._poll_over_at - time.monotonic()
        return replace(saved, polled_for=left) if saved and left > 0 else saved

    @property
    def listening_for(self) -> float:
        since = self._listening_since
        return 0.0 if since is None else time.monotonic() - since

    async def sign_in(self, *, force: bool = False) -> None:
        """Sign in, idle, with the agent's skills; page 1202, with `force` page 1203.

        Raises RequestRejected also for an agent who could not work: who must change the password first, or has no
        voice. Whoever is not completely signed in is signed out again.
        """
        ask = requests.sign_in(self._login, force=force)
        async with self._one_by_one:
            envelope, reply = await self._client.send(ask)
            guid = guid_of(reply.headers)
            self._client.identity.begin(guid)
            if not guid:
                raise OutcomeUnknown(
                    "The gateway signed the agent in but sent no Guid (Set-GUID), which every request needs.",
                    code="no_guid",
                    exchange=reply.exchange,
                )
            result = envelope.result if isinstance(envelope.result, dict) else {}
            try:
                _check_usable(result)
                await self._client.send(requests.take_skills(self._login))
            except ProviderError:
                with suppress(ProviderError):  # Two minutes without a poll sign the agent out as well.
                    await self._client.send(requests.sign_out(self._login.agent_id))
                self._client.identity.forget()
                raise

    async def poll(self) -> AgentEvent | None:
        """Page 1274. Waits until the pause since the last answer is over, then for the next event."""
        async with self._one_poll:
            if (wait := self._next_poll - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            self._listening_since = time.monotonic()
            self._poll_over_at = self._listening_since + POLL_LASTS
            try:
                envelope, _ = await self._client.send(self._poll)
                self._poll_over_at = 0.0
            finally:
                self._listening_since = None
                self._next_poll = time.monotonic() + self._pause
        return events.parse(envelope.event, agent_id=self._login.agent_id)

    async def state(self) -> tuple[AgentState, bool]:
        """Page 0581. Raises OutcomeUnknown where the answer names no state that the page lists."""
        envelope = await self._do(requests.state(self._login.agent_id))
        result = envelope.result if isinstance(envelope.result, dict) else {}
        state = codes.AGENT_STATES.get(as_int(result.get("agentState")) or 0)
        if state is None:
            raise OutcomeUnknown("The gateway does not report the agent's state.", code="no_state")
        in_call = _is_true(result.get("isWorking"))
        return state, in_call or state is AgentState.TALKING

    async def release(self) -> None:
        await self._do(requests.release(self._login.agent_id))

    async def drop(self, call_id: str) -> None:
        await self._do(requests.drop(self._login.agent_id, call_id))

    async def set_idle(self) -> None:
        await self._do(requests.set_idle(self._login.agent_id))

    async def set_busy(self) -> None:
        await self._do(requests.set_busy(self._login.agent_id))

    async def sign_out(self, *, force: bool = False) -> None:
        async with self._one_by_one:
            if self.saved is None:
                return
            try:
                await self._client.send(requests.sign_out(self._login.agent_id, force=force))
            except SessionLost as exc:
                if exc.code != codes.NOT_SIGNED_IN:
                    raise
            self._client.identity.forget()

    def prepare_call(self, order: DialOrder, *, now_ms: int) -> PreparedRequest:
        """The call-out as it would go out, without the cookies and with the Guid hidden: nobody needs to see them.

        Raises ValueError when the order cannot be written down.
        """
        return self._client.preview(requests.call_out(order, agent_id=self._login.agent_id))

    async def place_call(self, order: DialOrder, *, now_ms: int) -> Accepted:
        """Have the agent's phone rung, and the callee's after it. Success is no connection: events tell the rest.

        The id may be missing, and is kept as text, for it has the form "1419240334-29". Raises as `AgentSession`.
        """
        try:
            ask = requests.call_out(order, agent_id=self._login.agent_id)
        except ValueError as exc:
            raise RequestNotSent(
                f"The order cannot be encoded for CC-Gateway: {exc} {NOT_SENT}", code="bad_order"
            ) from exc
        async with self._one_by_one:
            envelope, reply = await self._client.send(ask)
        return Accepted(provider_id=as_id(envelope.result), exchange=reply.exchange)

    async def _do(self, ask: Ask) -> Envelope:
        async with self._one_by_one:
            envelope, _ = await self._client.send(ask)
        return envelope


def _is_true(value: object) -> bool:
    return value is True or as_text(value).lower() == "true"


def _check_usable(result: dict[str, Any]) -> None:
    """Page 1202: what a success of sign-in may still say against working."""
    if _is_true(result.get("isForceChange")):
        raise RequestRejected(
            "The agent's password must first be changed in the contact centre.", code="password_change"
        )
    media = result.get("mediatype")
    if isinstance(media, str) and media and media[0] not in "Tt":
        raise RequestRejected(
            "The agent cannot use voice: the call platform is unreachable, or the agent may not use it. Ask the "
            "operator to check the agent's media.",
            code="no_voice",
        )
