"""Agents' phones that a provider has assigned to the account (AICC), read when a person asks for it."""

from __future__ import annotations

from datetime import datetime

from asgiref.sync import sync_to_async
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from dialer.models import AgentPhone, ProviderAccount
from dialer.providers import adapters
from dialer.providers.account_sync import MOST_PAGES, must_be_allowed, not_too_soon
from dialer.support import jobs
from dialer.support.timing import Clock
from telephony.contract.capabilities import AgentPhoneSource
from telephony.contract.errors import OutcomeUnknown, UnsupportedByProvider
from telephony.http.unix_ms import to_ms

PHONES_JOB = "dialer.tasks.read_agent_phones"


def ask_for_phones(*, account: ProviderAccount, by: AbstractUser, now: datetime) -> None:
    """Has the phones read soon. Raises PermissionDenied, account_sync.TooSoon."""
    must_be_allowed(by, "dialer.change_agentphone")
    not_too_soon(_last_read(account), now=now)
    jobs.defer_once(PHONES_JOB, queue="upkeep", lock=f"phones:{account.pk}", account_id=account.pk)


async def read_phones(account_id: int, *, clock: Clock) -> int:
    """Takes over the provider's phones; how many. Raises telephony.contract.errors.ProviderError.

    One that is listed no more is switched off, and on again when it is back: AICC refuses it as a caller. What a person
    has added or switched off stays as it is, labels too.
    """
    account = await ProviderAccount.objects.aget(pk=account_id)
    source = adapters.adapter_for(account)
    if not isinstance(source, AgentPhoneSource):
        raise UnsupportedByProvider(_("This provider does not list agent phones."), code="no_phones")
    listed = await _all_phones(source, clock=clock)
    await sync_to_async(_take_over)(account, listed, now=clock())
    return len(listed)


async def _all_phones(source: AgentPhoneSource, *, clock: Clock) -> set[str]:
    """Raises OutcomeUnknown where the list has no end: what is missing in it would be switched off."""
    found: set[str] = set()
    for page in range(1, MOST_PAGES + 1):
        phones = await source.agent_phones(page=page, now_ms=to_ms(clock()))
        found.update(filter(None, phones))
        if len(phones) < source.agent_phone_page_size:
            return found
    raise OutcomeUnknown(_("The provider's list of phones does not end."), code="pages")


def _take_over(account: ProviderAccount, listed: set[str], *, now: datetime) -> None:
    with transaction.atomic():
        last = _last_read(account)
        # Locked: a person may switch a phone off in the admin at this moment.
        known = {phone.number: phone for phone in AgentPhone.objects.select_for_update().filter(account=account)}
        AgentPhone.objects.bulk_create(
            AgentPhone(account=account, number=number, synced_at=now) for number in sorted(listed - known.keys())
        )
        for phone in (known[number] for number in sorted(known.keys() & listed)):
            # One that the last list lacked was switched off for that; one that it had, by a person.
            was_gone = phone.synced_at is not None and phone.synced_at != last
            phone.is_active, phone.synced_at = phone.is_active or was_gone, now
            phone.save(update_fields=["is_active", "synced_at"])
        if not listed:  # an account without a single phone is more likely a mistake than a fact
            return
        for phone in (known[number] for number in sorted(known.keys() - listed)):
            if phone.is_active and phone.synced_at:  # else a person has added it
                phone.is_active = False
                phone.save(update_fields=["is_active"])


def _last_read(account: ProviderAccount) -> datetime | None:
    at: datetime | None = AgentPhone.objects.filter(account=account).aggregate(at=Max("synced_at"))["at"]
    return at
