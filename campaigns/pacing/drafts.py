"""The draft of a campaign's call to one of its entries."""

from __future__ import annotations

from campaigns.models import Campaign, Entry
from campaigns.policy import account_fit
from dialer.models import Agent, AgentPhone, DidNumber
from dialer.models.call_draft import CallDraft
from dialer.models.call_parties import CallParties


def draft_of(
    campaign: Campaign,
    entry: Entry,
    *,
    did: DidNumber | None,
    agent: Agent | None = None,
    agent_phone: AgentPhone | None = None,
) -> CallDraft:
    columns = account_fit.our_columns(campaign)
    return CallDraft(
        account=campaign.account,
        callee=entry.callee,
        parties=CallParties(did=did, connect_number=columns["connect_number"], agent=agent, agent_phone=agent_phone),
        ring_order=columns["ring_order"],
        purpose=entry.purpose or campaign.purpose,
        consent_ref=entry.consent_ref,
    )
