"""Do the numbers of a call fit each other? Both legs are looked at: to the callee, and to the agent."""

from __future__ import annotations

from django.utils.translation import gettext as _

from dialer.models import ProviderAccount
from dialer.models.call_parties import CallParties
from dialer.policy.rulebook import Rulebook
from dialer.policy.rules import Verdict


def verdict_on_numbers(*, account: ProviderAccount, parties: CallParties, callee: str) -> Verdict | None:
    """What no rule of a country needs to be asked for; `callee` is E.164."""
    if not account.is_active:
        return Verdict("account_off", found=account.name)
    if account.suspended_at:
        return Verdict("account_suspended", found=account.name, limit=account.suspended_reason)
    if (did := parties.did) and did.account_id != account.pk:
        return Verdict("did_of_other_account", found=did.number, limit=account.name)
    if did and not did.is_active:
        return Verdict("did_off", found=did.number)
    if against := _on_who_is_connected(account, parties):
        return against
    return Verdict("calls_itself") if callee in parties.numbers else None


def _on_who_is_connected(account: ProviderAccount, parties: CallParties) -> Verdict | None:
    if parties.connect_number and not parties.connect_number.is_active:
        return Verdict("connect_off", found=parties.connect_number.number)
    for row in filter(None, (parties.agent, parties.agent_phone)):
        if row.account_id != account.pk:
            return Verdict("agent_of_other_account", found=str(row), limit=account.name)
        if not row.is_active:
            return Verdict("agent_off", found=str(row))
    return None


def verdict_on_caller_id(book: Rulebook, *, parties: CallParties, callee_country: str, purpose: str) -> Verdict | None:
    """Countries whose rules refuse this caller ID, on the leg to the callee or on that to the agent.

    A number that the provider chooses is not known here, so no rule can be asked about it.
    """
    for country in (callee_country, parties.country):
        if parties.did and country and parties.did.country in book.profile_of(country, purpose).refused_caller_ids:
            return Verdict("caller_id_refused", found=parties.did.country, limit=country)
    # Only the callee sees the caller ID, so only the rules of the callee's country say how it begins.
    prefixes = book.profile_of(callee_country, purpose).required_caller_prefixes
    if parties.did and prefixes and not parties.did.number.removeprefix("+").startswith(tuple(prefixes)):
        limit = ", ".join(f"+{prefix}" for prefix in prefixes)
        return Verdict("caller_id_required", found=parties.did.country, limit=limit)
    return None


def warnings_on_caller_id(book: Rulebook, *, parties: CallParties, callee_country: str, purpose: str) -> list[str]:
    if parties.did is None:
        return []
    legs = ((callee_country, _("the callee")), (parties.country, _("the agent")))
    text = _("Some routes to %(country)s refuse a caller ID of %(did)s, so the call to %(whom)s may fail.")
    return [
        text % {"country": country, "did": parties.did.country, "whom": whom}
        for country, whom in legs
        if country and parties.did.country in book.profile_of(country, purpose).doubtful_caller_ids
    ]
