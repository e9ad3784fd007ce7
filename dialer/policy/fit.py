"""Do the numbers of a call fit each other? Both legs are looked at: to the callee, and to the agent."""

from __future__ import annotations

from django.utils.translation import gettext as _

from dialer.models import ConnectNumber, DidNumber, ProviderAccount
from dialer.policy.rulebook import Rulebook
from dialer.policy.rules import Verdict
from telephony import e164


def verdict_on_numbers(
    *, account: ProviderAccount, did: DidNumber, connect_number: ConnectNumber, callee: str
) -> Verdict | None:
    """What no rule of a country needs to be asked for; `callee` is E.164."""
    if not account.is_active:
        return Verdict("account_off", found=account.name)
    if account.suspended_at:
        return Verdict("account_suspended", found=account.name, limit=account.suspended_reason)
    if did.account_id != account.pk:
        return Verdict("did_of_other_account", found=did.number, limit=account.name)
    if not did.is_active:
        return Verdict("did_off", found=did.number)
    if not connect_number.is_active:
        return Verdict("connect_off", found=connect_number.number)
    if callee in (did.number, connect_number.number):
        return Verdict("calls_itself")
    return None


def verdict_on_caller_id(
    book: Rulebook, *, did: DidNumber, connect_number: ConnectNumber, callee_country: str, purpose: str
) -> Verdict | None:
    """Countries whose rules refuse this caller ID, on the leg to the callee or on that to the agent."""
    for country in (callee_country, e164.country_of(connect_number.number)):
        if did.country in book.profile_of(country, purpose).refused_caller_ids:
            return Verdict("caller_id_refused", found=did.country, limit=country)
    return None


def warnings_on_caller_id(
    book: Rulebook, *, did: DidNumber, connect_number: ConnectNumber, callee_country: str, purpose: str
) -> list[str]:
    legs = ((callee_country, _("the callee")), (e164.country_of(connect_number.number), _("the agent")))
    text = _("Some routes to %(country)s refuse a caller ID of %(did)s, so the call to %(whom)s may fail.")
    return [
        text % {"country": country, "did": did.country, "whom": whom}
        for country, whom in legs
        if did.country in book.profile_of(country, purpose).doubtful_caller_ids
    ]
