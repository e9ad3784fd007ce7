"""Our end of a call: the number that the callee sees, and who is connected to the callee."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.models import Agent, AgentPhone, CallRequest, ConnectNumber, DidNumber, ProviderAccount
from telephony import registry
from telephony.contract.orders import DialOrder
from telephony.numbers import e164

LABELS = {
    "did": gettext_lazy("a DID"),
    "connect_number": gettext_lazy("a Connect number"),
    "agent_phone": gettext_lazy("an agent phone"),
    "agent_id": gettext_lazy("an agent"),
    "ring_order": gettext_lazy("who rings first"),
    "delay_ms": gettext_lazy("a delay"),
    "agent_sees": gettext_lazy("a number shown to the agent"),
    "skill_id": gettext_lazy("a skill"),
    "call_data": gettext_lazy("call data"),
    "media": gettext_lazy("video"),
}
"""Fields of DialOrder that some kinds of provider have and others lack."""


class Columns(TypedDict):
    did: DidNumber | None
    connect_number: ConnectNumber | None
    agent: Agent | None
    agent_phone: AgentPhone | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallParties:
    """Which of these a call has depends on the kind of its provider (`call_fields`)."""

    did: DidNumber | None = None
    """None where the provider chooses what the callee sees."""
    connect_number: ConnectNumber | None = None
    agent: Agent | None = None
    agent_phone: AgentPhone | None = None

    @classmethod
    def of(cls, call: CallRequest) -> CallParties:
        return cls(did=call.did, connect_number=call.connect_number, agent=call.agent, agent_phone=call.agent_phone)

    @property
    def numbers(self) -> set[str]:
        """Numbers that are ours, as E.164 where they are full numbers."""
        phones = (self.agent.phone if self.agent else "", self.agent_phone.number if self.agent_phone else "")
        known = (row.number for row in (self.did, self.connect_number) if row)
        return {*known, *(f"+{digits}" for digits in phones if digits)}

    @property
    def country(self) -> str:
        """Of the leg to the agent, where that goes over the telephone network and its number is known."""
        return e164.country_of(self.connect_number.number) if self.connect_number else ""

    def columns(self) -> Columns:
        """For a CallRequest."""
        return Columns(did=self.did, connect_number=self.connect_number, agent=self.agent, agent_phone=self.agent_phone)


def what_is_wrong(account: ProviderAccount, order: DialOrder) -> str:
    """What the account's kind of provider misses in this order, or does not know; "" when it is complete."""
    kind = registry.KINDS[account.kind]
    missing = [str(LABELS[name]) for name in kind.call_needs if not getattr(order, name)]
    if missing:
        text = _("A call by %(provider)s needs %(what)s.")
        return text % {"provider": kind.label, "what": get_text_list(missing, _("and"))}
    default = DialOrder(reference="", callee="")
    unknown = [
        str(label)
        for name, label in LABELS.items()
        if name not in kind.call_fields and getattr(order, name) != getattr(default, name)
    ]
    if unknown:
        text = _("%(provider)s does not support %(what)s: leave it out.")
        return text % {"provider": kind.label, "what": get_text_list(unknown, _("or"))}
    return ""
