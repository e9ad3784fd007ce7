"""Huawei AICC in our words: its bidirectional call rings the agent's phone, then the callee's, and joins the two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telephony.contract.errors import RequestNotSent
from telephony.contract.orders import Accepted
from telephony.http.error_map import NOT_SENT
from telephony.providers.huawei_aicc import callbacks
from telephony.providers.huawei_aicc.orders import draft_of
from telephony.providers.huawei_aicc.queries import AiccReads
from telephony.providers.huawei_aicc.records import serial_of

if TYPE_CHECKING:
    from telephony.contract.access_tokens import TokenStore
    from telephony.contract.orders import DialOrder, PreparedRequest
    from telephony.contract.records import CallProgress, CallRecord, Push
    from telephony.contract.vocabulary import Trust


class AiccAdapter(AiccReads):
    """A CallPlacer, PushReceiver and UsesTokens; what it can be asked is in `AiccReads`."""

    def keep_tokens_in(self, store: TokenStore) -> None:
        """Share the account's token; without this it is kept in this adapter alone."""
        self._client.tokens.store = store

    async def get_ready(self, *, now_ms: int) -> None:
        """Have a token at hand. Raises CredentialsRefused, RequestNotSent."""
        await self._client.tokens.current(now_ms=now_ms)

    def prepare_call(self, order: DialOrder, *, now_ms: int) -> PreparedRequest:
        """The createCall request (page 1303) with the token that was used last, or a mark in its place.

        Raises ValueError when the order cannot be written down. `now_ms` goes into no request of AICC's.
        """
        return self._client.prepare(draft_of(order, self._settings), token=self._client.tokens.last)

    async def place_call(self, order: DialOrder, *, now_ms: int) -> Accepted:
        """Order one call, after getting a token where there is none. Raises the classes of contract/errors.py.

        retCode 0 says that the call was taken, even where the answer has no callSerialNo as in the page's own sample;
        `provider_id` is then "".
        """
        try:
            draft = draft_of(order, self._settings)
        except ValueError as exc:
            raise RequestNotSent(f"The order cannot be encoded for AICC: {exc} {NOT_SENT}", code="bad_order") from exc
        envelope, reply = await self._client.order(draft, now_ms=now_ms)
        return Accepted(provider_id=serial_of(envelope.result.get("callSerialNo")), exchange=reply.exchange)

    @property
    def push_topics(self) -> frozenset[str]:
        """Last parts of the callbacks' addresses: of the answer (page 1318) and of the end (page 1319)."""
        return callbacks.TOPICS

    def trust(self, push: Push, *, now_ms: int) -> Trust:
        """What a callback may be believed; see `callbacks.trust_of`."""
        return callbacks.trust_of(push, self._settings, now_ms=now_ms)

    def parse_push(self, push: Push) -> CallRecord | CallProgress:
        """The record of a call that ended, or that a call was answered. Raises ValueError where it tells of no call,
        or of another order than the one whose address it came to."""
        return callbacks.parse(push, zone=self._settings.records_zone)
