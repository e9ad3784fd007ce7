"""May this call be ordered? Asked by the form, the command and the preview before a row is made."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from dialer import dnc
from dialer.models import ConnectNumber, DidNumber, ProviderAccount


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    message: str
    """What is wrong and what to do, one sentence each."""


def refusal_of(
    *, account: ProviderAccount, did: DidNumber, connect_number: ConnectNumber, callee: str
) -> Refusal | None:
    """The first rule that says no; `callee` is E.164."""
    names = {"account": account.name, "did": did.number, "connect": connect_number.number}
    if not account.is_active:
        return Refusal("account_off", _("The account %(account)s is switched off. Choose another.") % names)
    if account.suspended_at:
        text = _("The account %(account)s is suspended: %(reason)s An administrator can resume it.")
        return Refusal("account_suspended", text % {**names, "reason": account.suspended_reason})
    if did.account_id != account.pk:
        return Refusal("did_of_other_account", _("%(did)s does not belong to the account %(account)s.") % names)
    if not did.is_active:
        return Refusal("did_off", _("The DID %(did)s is switched off. Choose another.") % names)
    if not connect_number.is_active:
        return Refusal("connect_off", _("The Connect number %(connect)s is switched off. Choose another.") % names)
    if callee in (did.number, connect_number.number):
        return Refusal("calls_itself", _("The callee is one of the call's own numbers. Enter the customer's number."))
    if listing := dnc.listing_of(callee):
        text = _("This number is on the do-not-call list %(list)s. %(reason)s It must not be called.")
        values = {"list": listing.list_name, "reason": listing.reason}
        return Refusal("do_not_call", " ".join((text % values).split()))
    return None
