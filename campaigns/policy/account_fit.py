"""Which accounts a campaign's channel can use, and what of our own side it needs then."""

from __future__ import annotations

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Channel
from dialer.models import Agent, AgentPhone, ProviderAccount
from dialer.models.call_parties import LABELS
from telephony import registry
from telephony.configuration import ProviderKind
from telephony.contract.vocabulary import Capability

ONE_OF = {
    Channel.TASK.value: (Capability.TASKS,),
    Channel.CALLS.value: (Capability.CALLS,),
    # Calls of an agent need the person who is signed in, so no pump can order them.
    Channel.PREVIEW.value: (Capability.CALLS, Capability.AGENT_CALLS),
}
"""An account's kind must be able to do one of these."""

COLUMNS = {"connect_number": "connect_number", "agent_phones": "agent_phone", "dids": "did", "ring_order": "ring_order"}
"""Columns of a campaign, and the field of telephony.contract.DialOrder that each becomes."""


def is_usable(kind: str, channel: str) -> bool:
    """Whether accounts of this kind can be used by campaigns of this channel."""
    return any(registry.can(kind, capability) for capability in ONE_OF[channel])


def labels_for(channel: str) -> str:
    """The kinds of provider that can be used by this channel, such as "NxCloud or Huawei AICC"."""
    return get_text_list([kind.label for kind in registry.KINDS.values() if is_usable(kind.key, channel)], _("or"))


def columns_of(kind: ProviderKind) -> set[str]:
    """A campaign's columns about our own side that calls of this kind have."""
    return {column for column, field in COLUMNS.items() if field in kind.call_fields}


def has_field(campaign: Campaign, field: str) -> bool:
    """Whether a call of this campaign may have this field of telephony.contract.DialOrder."""
    return field in registry.KINDS[campaign.account.kind].call_fields


def needs_field(campaign: Campaign, field: str) -> bool:
    return field in registry.KINDS[campaign.account.kind].call_needs


def reports_call_end(kind: str | ProviderKind) -> bool:
    """Whether the end of every call becomes known soon after it, so that nobody has to assume how long one lasts."""
    return registry.can(kind, Capability.CALL_STATE)


def misfit_reason(account: ProviderAccount, channel: str) -> str:
    """Why the account cannot be used by that channel, and which can; "" when it can."""
    if is_usable(account.kind, channel):
        return ""
    text = _("The account %(account)s (%(kind)s) cannot be used for “%(channel)s”. Choose an account of %(labels)s.")
    return text % {
        "account": account.name,
        "kind": registry.KINDS[account.kind].label,
        "channel": Channel(channel).label,
        "labels": labels_for(channel),
    }


def what_is_wrong(campaign: Campaign) -> str:
    """What speaks against the campaign's account, or is missing for it; "" when nothing does.

    Asks no table: a pump asks before every batch, because accounts are changed while campaigns run.
    """
    if wrong := misfit_reason(campaign.account, campaign.channel):
        return wrong
    if not campaign.is_by_task and needs_field(campaign, "connect_number") and campaign.connect_number_id is None:
        text = _("A campaign by %(provider)s needs %(what)s. Edit it, or choose another account.")
        label = registry.KINDS[campaign.account.kind].label
        return text % {"provider": label, "what": LABELS["connect_number"]}
    return ""


def no_phone_reason(campaign: Campaign) -> str:
    """Why there is no agent's phone to call from; "" where one is active, or none is needed."""
    if campaign.is_by_task or not needs_field(campaign, "agent_phone") or active_phones(campaign):
        return ""
    return no_phone_text()


def no_phone_text() -> str:
    return _("The campaign has no active agent phone. Choose another, or ask an administrator to switch one on.")


def active_phones(campaign: Campaign) -> list[AgentPhone]:
    """Agent phones that take its calls: those that were chosen, or all of the account; none where none are needed."""
    if not has_field(campaign, "agent_phone"):
        return []
    phones = AgentPhone.objects.active().filter(account_id=campaign.account_id)
    if campaign.agent_phones.exists():
        phones = phones.filter(campaigns=campaign)
    return list(phones.order_by("pk"))


def active_agents(campaign: Campaign) -> list[Agent]:
    """Agents who may call its numbers, each in a session of their own; none where the account has no such calls."""
    if not needs_field(campaign, "agent_id"):
        return []
    agents = Agent.objects.active().filter(account_id=campaign.account_id)
    return list(agents.select_related("status", "user").order_by("agent_id"))
