"""Our end of a campaign's calls: the DID that each leaves from, and the agent's phone where its provider has those."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.utils.translation import gettext as _

from campaigns.models import Campaign, Entry
from campaigns.pacing import phone_pool as phones
from campaigns.pacing.did_pool import Pool
from campaigns.pacing.phone_pool import Phones
from campaigns.policy import account_fit
from dialer.models import AgentPhone, DidNumber, ProviderAccount
from dialer.policy.rulebook import Rulebook
from dialer.policy.rules import Verdict


@dataclass(frozen=True, slots=True)
class Ends:
    """Of one call."""

    did: DidNumber | None
    phone: AgentPhone | None


@dataclass(slots=True)
class OurEnds:
    campaign: Campaign
    pool: Pool
    phones: Phones | None = None
    """None where calls of the account need no agent's phone."""

    @classmethod
    def taking_turns(cls, campaign: Campaign, *, book: Rulebook, now: datetime) -> Self:
        """Calls of one account, DID and phone take turns, so that two do not both take the last place.

        Their rows are locked in the same order as for a single call (dialer.services), until the transaction ends.
        """
        pool = Pool(campaign, book=book, now=now)
        has_phones = account_fit.needs(campaign, "agent_phone")
        if pool.has_caps or campaign.account.concurrent_calls or has_phones:
            ProviderAccount.objects.select_for_update(no_key=True).get(pk=campaign.account_id)
            list(DidNumber.objects.select_for_update(no_key=True).filter(pk__in=pool.did_ids).order_by("pk"))
            if has_phones:
                phones.lock(campaign)
            pool = Pool(campaign, book=book, now=now)
        return cls(campaign, pool, Phones(campaign) if has_phones else None)

    @classmethod
    def at_a_glance(cls, campaign: Campaign, *, book: Rulebook, now: datetime) -> Self:
        """For looking only: nothing is locked, and a phone that has a call counts as free."""
        has_phones = account_fit.needs(campaign, "agent_phone")
        known = Phones(campaign, busy_too=True) if has_phones else None
        return cls(campaign, Pool(campaign, book=book, now=now), known)

    @property
    def trouble(self) -> str:
        """Why no call can leave until a person changes something; "" when that is not so."""
        if self.pool.is_empty:
            return _("The campaign has no active DID. Choose another, or ask an administrator to switch one on.")
        return account_fit.no_phone(self.campaign) if self.phones and not self.phones.all else ""

    def at_most(self, count: int) -> int:
        """So many calls, or fewer where fewer phones are free."""
        return min(count, self.phones.free) if self.phones else count

    def take(self, entry: Entry) -> Ends | Verdict:
        """What a call to this entry leaves from, or why there is nothing."""
        if self.phones and entry.callee in self.phones.numbers:
            return Verdict("calls_itself")
        purpose = entry.purpose or self.campaign.purpose
        did = self.pool.take(callee=entry.callee, country=entry.country, purpose=purpose)
        return did if isinstance(did, Verdict) else Ends(did, self.phones.take() if self.phones else None)
