"""CC-Gateway in our words: agents who sign in and call. Nothing can be asked of it without an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telephony.contract.errors import UnsupportedByProvider
from telephony.http.error_map import NOT_SENT
from telephony.providers.huawei_ccgateway import events, requests
from telephony.providers.huawei_ccgateway.call_tracker import CallTracker
from telephony.providers.huawei_ccgateway.client import prepare
from telephony.providers.huawei_ccgateway.session import CcGatewaySession

if TYPE_CHECKING:
    from datetime import datetime

    import httpx

    from telephony.contract.agents import AgentEvent, AgentLogin, SavedSession
    from telephony.contract.orders import Accepted, DialOrder, PreparedRequest
    from telephony.contract.vocabulary import AgentState
    from telephony.providers.huawei_ccgateway.client import CcGatewaySettings


class CcGatewayAdapter:
    """AgentSessions, and the preview of calls."""

    def __init__(self, settings: CcGatewaySettings, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._client = client

    def __repr__(self) -> str:
        return f"CcGatewayAdapter({self._settings!r})"

    def session(self, login: AgentLogin, *, saved: SavedSession | None = None) -> CcGatewaySession:
        return CcGatewaySession(self._settings, self._client, login, saved=saved)

    def follow_call(self, *, call_id: str = "", started_at: datetime | None = None) -> CallTracker:
        return CallTracker(call_id=call_id, started_at=started_at)

    def read_event(self, raw: object, *, agent_id: str) -> AgentEvent | None:
        return events.parse(raw, agent_id=agent_id)

    def state_after(self, event: AgentEvent) -> AgentState | None:
        return events.STATES.get(event.kind)

    def prepare_call(self, order: DialOrder, *, now_ms: int) -> PreparedRequest:
        """The call-out of an agent as it would go out, the session's Guid hidden.

        Raises ValueError when the order cannot be written down.
        """
        return prepare(self._settings.base_url, requests.call_out(order, agent_id=order.agent_id), None)

    async def place_call(self, order: DialOrder, *, now_ms: int) -> Accepted:
        raise UnsupportedByProvider(
            f"With CC-Gateway, only a signed-in agent can place a call. {NOT_SENT}", code="no_session"
        )
