"""Our end of a campaign's calls, decided in one place: the DID that a call leaves from, and who is connected then.

`Candidates` are what the campaign may use, looked at without a lock. `CallOrigin` is built from them once a batch: it
locks what other calls may want too, reads in one statement how everything is used, and deals out DIDs and phones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import connection
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Entry
from campaigns.pacing.did_pool import DidPool, DidUse
from campaigns.pacing.phone_pool import IS_BUSY, NEVER, PhonePool
from campaigns.policy import account_fit
from dialer.models import Agent, AgentPhone, ConnectNumber, DidNumber, ProviderAccount, Ring
from dialer.models.call_draft import CallDraft
from dialer.models.call_parties import CallParties
from dialer.policy.rulebook import Rulebook
from dialer.policy.rules import Verdict
from dialer.support.sql import as_array

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

# Those that a person chose for the campaign, or all of its account.
_CANDIDATES = f"""
    WITH chosen_did AS (SELECT didnumber_id AS id FROM campaigns_campaign_dids WHERE campaign_id = %(campaign)s),
         chosen_phone AS (SELECT agentphone_id AS id FROM campaigns_campaign_agent_phones
                           WHERE campaign_id = %(campaign)s),
         phone AS (SELECT p.id, {IS_BUSY} AS is_busy FROM dialer_agentphone p
                    WHERE p.account_id = %(account)s AND p.is_active AND %(has_phones)s
                      AND (p.id IN (TABLE chosen_phone) OR NOT EXISTS (TABLE chosen_phone)))
    SELECT ARRAY(SELECT d.id FROM dialer_didnumber d
                  WHERE d.account_id = %(account)s AND d.is_active
                    AND (d.id IN (TABLE chosen_did) OR NOT EXISTS (TABLE chosen_did))),
           EXISTS (TABLE chosen_did), ARRAY(SELECT id FROM phone), (SELECT count(*) FROM phone WHERE NOT is_busy)
"""
# Each subquery probes the index of one DID, newest call first, and reads no more rows than its cap.
_DID_USE = """
    SELECT 'did', d.id, (SELECT max(c.requested_at) FROM dialer_callrequest c WHERE c.did_id = d.id),
           (SELECT count(*) FROM (SELECT 1 FROM dialer_callrequest c WHERE c.did_id = d.id
             AND c.requested_at > %(minute)s AND c.state NOT IN ('cancelled', 'rejected')
             ORDER BY c.requested_at DESC LIMIT d.of_minute) x),
           (SELECT count(*) FROM (SELECT 1 FROM dialer_callrequest c WHERE c.did_id = d.id
             AND c.requested_at > %(day)s AND c.state NOT IN ('cancelled', 'rejected')
             ORDER BY c.requested_at DESC LIMIT d.of_day) x), FALSE
      FROM unnest(%(dids)s::bigint[], %(of_minute)s::bigint[], %(of_day)s::bigint[]) AS d (id, of_minute, of_day)
"""
# A phone that had none of the last calls rested longer than all others. The whole history of a phone is not looked at.
_PHONE_USE = f"""
    SELECT 'phone', p.id, last.used, 0, 0, {IS_BUSY}
      FROM unnest(%(phones)s::bigint[]) AS p (id)
      LEFT JOIN (SELECT r.agent_phone_id AS id, max(coalesce(r.closed_at, r.requested_at)) AS used
                   FROM (SELECT * FROM dialer_callrequest ORDER BY id DESC LIMIT 2000) r
                  WHERE r.agent_phone_id = ANY(%(phones)s::bigint[]) GROUP BY r.agent_phone_id) last USING (id)
"""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Active DIDs and agent phones (pks) that the campaign may use."""

    campaign: Campaign
    did_ids: list[int]
    dids_were_chosen: bool
    """A person chose what the callee sees: no other number may take its place."""
    phone_ids: list[int]
    free_phones: int

    @classmethod
    def of(cls, campaign: Campaign) -> Self:
        has_phones = account_fit.needs_field(campaign, "agent_phone")
        values = {"campaign": campaign.pk, "account": campaign.account_id, "has_phones": has_phones}
        with connection.cursor() as cursor:
            cursor.execute(_CANDIDATES, values)
            return cls(campaign, *cursor.fetchone())


class CallOrigin:
    """Deals out what the next calls leave from, and who is connected to the callee."""

    def __init__(
        self,
        candidates: Candidates,
        dids: list[DidNumber],
        phones: list[AgentPhone],
        *,
        book: Rulebook,
        now: datetime,
        busy_too: bool,
    ) -> None:
        campaign = self._campaign = candidates.campaign
        did_use, phone_use = _read_use(dids, phones, country_cap=_country_cap(book), now=now)
        self._dids = DidPool(
            [DidUse(did, *did_use[did.pk]) for did in sorted(dids, key=lambda did: did.number)],
            must_have_one=candidates.dids_were_chosen or account_fit.needs_field(campaign, "did"),
            connect_number=_connect_number_of(campaign),
            book=book,
            now=now,
        )
        busy = [] if busy_too else [pk for pk, (_last, is_busy) in phone_use.items() if is_busy]
        last_used = {pk: last for pk, (last, _is_busy) in phone_use.items()}
        self._phones = PhonePool(phones, last_used=last_used, busy=busy)
        self._has_phones = account_fit.needs_field(campaign, "agent_phone")

    @classmethod
    def taking_turns(cls, candidates: Candidates, *, book: Rulebook, now: datetime) -> Self:
        """Calls of one account, DID and phone take turns, so that two do not both take the last place.

        What other calls may want too is locked until the transaction ends, in the same order as for a single call
        (calls.services): account, DIDs, phones, each by pk.
        """
        dids = DidNumber.objects.active().filter(pk__in=candidates.did_ids).order_by("pk")
        phones = AgentPhone.objects.active().filter(pk__in=candidates.phone_ids).order_by("pk")
        account = candidates.campaign.account
        found = list(dids)
        has_caps = any(did.calls_per_minute or did.calls_per_day for did in found) or (found and _country_cap(book))
        if not (has_caps or account.concurrent_calls or candidates.phone_ids):
            # Nobody else's call can take a place from these, and the account's row is left to whoever takes slots.
            return cls(candidates, found, [], book=book, now=now, busy_too=False)
        ProviderAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        if found:
            found = list(dids.select_for_update(no_key=True))
        locked = list(phones.select_for_update(no_key=True)) if candidates.phone_ids else []
        return cls(candidates, found, locked, book=book, now=now, busy_too=False)

    @classmethod
    def at_a_glance(cls, campaign: Campaign, *, book: Rulebook, now: datetime) -> Self:
        """For looking only: nothing is locked, and a phone that has a call counts as free."""
        candidates = Candidates.of(campaign)
        dids = list(DidNumber.objects.active().filter(pk__in=candidates.did_ids))
        phones = list(AgentPhone.objects.active().filter(pk__in=candidates.phone_ids)) if candidates.phone_ids else []
        return cls(candidates, dids, phones, book=book, now=now, busy_too=True)

    @property
    def pause_reason(self) -> str:
        """Why no call can leave until a person changes something; "" when that is not so."""
        if self._dids.is_lacking:
            return _("The campaign has no active DID. Choose another, or ask an administrator to switch one on.")
        return account_fit.no_phone_text() if self._has_phones and self._phones.is_empty else ""

    def limit_calls(self, count: int) -> int:
        """So many calls, or fewer where fewer phones are free."""
        return min(count, self._phones.free_count) if self._has_phones else count

    def draft_call(self, entry: Entry, *, agent: Agent | None = None) -> CallDraft | Verdict:
        """The call to this entry, with a DID and a phone that no other call of the batch gets; or why there is none."""
        if entry.callee in self._phones.numbers:
            return Verdict("calls_itself")
        did = self.reserve_did(entry)
        if isinstance(did, Verdict):
            return did
        return draft_of(self._campaign, entry, did=did, agent=agent, agent_phone=self._phones.reserve_phone())

    def reserve_did(self, entry: Entry) -> DidNumber | Verdict | None:
        """Alone, where a person chose who calls. None where the provider chooses what the callee sees."""
        purpose = entry.purpose or self._campaign.purpose
        return self._dids.reserve_did(callee=entry.callee, country=entry.country, purpose=purpose)


def draft_of(
    campaign: Campaign,
    entry: Entry,
    *,
    did: DidNumber | None,
    agent: Agent | None = None,
    agent_phone: AgentPhone | None = None,
) -> CallDraft:
    connect_number = _connect_number_of(campaign)
    return CallDraft(
        account=campaign.account,
        callee=entry.callee,
        parties=CallParties(did=did, connect_number=connect_number, agent=agent, agent_phone=agent_phone),
        ring_order=campaign.ring_order if account_fit.has_field(campaign, "ring_order") else Ring.CONNECT_FIRST,
        purpose=entry.purpose or campaign.purpose,
        consent_ref=entry.consent_ref,
    )


def _connect_number_of(campaign: Campaign) -> ConnectNumber | None:
    """What was entered for an account of another kind is left out."""
    return campaign.connect_number if account_fit.has_field(campaign, "connect_number") else None


def _country_cap(book: Rulebook) -> int:
    """A country may cap the calls a minute of any DID, so that they have to be counted whatever the DID's own cap."""
    return max((profile.calls_per_minute for profile in book.profiles.values()), default=0)


def _read_use(
    dids: list[DidNumber], phones: list[AgentPhone], *, country_cap: int, now: datetime
) -> tuple[dict[int, tuple[datetime, int, int]], dict[int, tuple[datetime | None, bool]]]:
    """By pk. Of DIDs: last call, calls of the last minute and day; of phones: end of the last call, is one going on."""
    parts = [statement for statement, rows in ((_DID_USE, dids), (_PHONE_USE, phones)) if rows]
    if not parts:
        return {}, {}
    values: dict[str, Any] = {
        "dids": as_array([did.pk for did in dids]),
        "of_minute": as_array([max(did.calls_per_minute, country_cap) for did in dids]),
        "of_day": as_array([did.calls_per_day for did in dids]),
        "phones": as_array([phone.pk for phone in phones]),
        "minute": now - MINUTE,
        "day": now - DAY,
    }
    did_use, phone_use = {}, {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        for kind, pk, last_used, of_minute, of_day, is_busy in cursor.fetchall():
            if kind == "did":
                did_use[pk] = (last_used or NEVER, of_minute, of_day)
            else:
                phone_use[pk] = (last_used, is_busy)
    return did_use, phone_use
