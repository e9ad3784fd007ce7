"""What people enter on the call pages. Forms parse; rules that need other rows are in services and policy."""

from __future__ import annotations

import uuid
from itertools import groupby
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.models import (
    CallRequest,
    ConnectNumber,
    DidNumber,
    Disposition,
    E164FormField,
    ProviderAccount,
    Purpose,
    Ring,
    State,
)
from dialer.models.calls import CallRequestQuerySet
from dialer.policy.calls import Asked
from dialer.sides import OurSide
from dialer.templatetags.portal_ui import STATES, phone

RING_ORDERS = [
    (
        Ring.CONNECT_FIRST.value,
        gettext_lazy("Agent first, then callee\nThe callee's phone rings once an agent is on the line."),
    ),
    (
        Ring.CALLEE_FIRST.value,
        gettext_lazy("Callee first, then agent\nWhoever picks up waits until an agent is on the line."),
    ),
]
CHOOSE = ("", gettext_lazy("Choose…"))


class PlaceCallForm(forms.Form):
    account = forms.ModelChoiceField(label=gettext_lazy("Provider account"), queryset=ProviderAccount.objects.none())
    did = forms.ModelChoiceField(
        label=gettext_lazy("DID"),
        queryset=DidNumber.objects.none(),
        help_text=gettext_lazy("The number of ours that the call leaves from."),
    )
    callee = E164FormField(
        label=gettext_lazy("Callee"),
        help_text=gettext_lazy("With the country code, in any spelling: +44 7700 900001, 0044 (0)7700-900001."),
        error_messages={"required": gettext_lazy("Enter the number to call, with + and the country code.")},
    )
    connect_number = forms.ModelChoiceField(
        label=gettext_lazy("Connect number"),
        queryset=ConnectNumber.objects.none(),
        help_text=gettext_lazy("Where the agent is reached."),
    )
    ring_order = forms.ChoiceField(
        label=gettext_lazy("Who rings first"), choices=RING_ORDERS, initial=Ring.CONNECT_FIRST, widget=forms.RadioSelect
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"),
        required=False,
        choices=[(value, capfirst(label)) for value, label in Purpose.choices],
        initial=Purpose.SERVICE,
        help_text=gettext_lazy("Rules about hours and consent differ by it."),
    )
    consent_ref = forms.CharField(
        label=gettext_lazy("Consent"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Where it is written down, if this call needs one."),
    )
    override_reason = forms.CharField(
        label=gettext_lazy("Call nevertheless, because"),
        required=False,
        min_length=10,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Kept under your name with the rule that you overrule."),
    )
    delay_seconds = forms.DecimalField(
        label=gettext_lazy("Delay in seconds"),
        required=False,
        min_value=0,
        max_value=3600,
        decimal_places=3,
        help_text=gettext_lazy("How long the provider waits before it dials. Leave empty to call at once."),
    )
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = list(ProviderAccount.objects.filter(is_active=True))
        dids = list(DidNumber.objects.active().filter(account__in=accounts).select_related("account"))
        connect_numbers = list(ConnectNumber.objects.active())
        self.only_account = accounts[0] if len(accounts) == 1 else None
        self.missing = self._missing(accounts, dids, connect_numbers)
        self._offer("did", DidNumber, self._did_choices(dids))
        self._offer("connect_number", ConnectNumber, [(row.pk, _number_label(row)) for row in connect_numbers])
        if self.only_account:
            del self.fields["account"]
        else:
            self._offer("account", ProviderAccount, [(row.pk, _account_label(row)) for row in accounts])

    def _offer(self, name: str, model: Any, choices: list[Any]) -> None:
        field = self.fields[name]
        field.queryset = model.objects.filter(is_active=True)
        # A single choice is made already; with groups a person still picks the line.
        field.choices = choices if len(choices) == 1 and not isinstance(choices[0][1], list) else [CHOOSE, *choices]

    def _did_choices(self, dids: list[DidNumber]) -> list[Any]:
        if self.only_account:
            return [(did.pk, _did_label(did)) for did in dids]
        by_account = sorted(dids, key=lambda did: (did.account.name, did.number))
        return [
            (name, [(did.pk, _did_label(did)) for did in group])
            for name, group in groupby(by_account, key=lambda did: did.account.name)
        ]

    def _missing(self, accounts: list[Any], dids: list[Any], connect_numbers: list[Any]) -> list[dict[str, Any]]:
        """What an administrator has to add before anyone can call, and the admin page for it."""
        needed = [
            (accounts, _("An active provider account"), "admin:dialer_provideraccount_changelist"),
            (dids, _("An active DID number"), "admin:dialer_didnumber_changelist"),
            (connect_numbers, _("An active Connect number"), "admin:dialer_connectnumber_changelist"),
        ]
        return [{"label": label, "admin": admin} for rows, label, admin in needed if not rows]

    @classmethod
    def fresh(cls, last: CallRequest | None) -> PlaceCallForm:
        """An empty form with a key of its own, and the choices of this person's last call."""
        initial: dict[str, Any] = {"idempotency_key": uuid.uuid4()}
        if last:
            initial |= {
                "account": last.account_id,
                "did": last.did_id,
                "connect_number": last.connect_number_id,
                "ring_order": last.ring_order,
            }
        form = cls(initial=initial)
        form.fields["callee"].widget.attrs["autofocus"] = True
        return form

    def clean_purpose(self) -> str:
        return self.cleaned_data["purpose"] or Purpose.SERVICE

    def order(self) -> dict[str, Any]:
        """The arguments of services.request_call and preview_call that come from the form."""
        entered = self.cleaned_data
        return {
            "account": self.only_account or entered["account"],
            "did": entered["did"],
            "callee": entered["callee"],
            "connect_number": entered["connect_number"],
            "ring_order": entered["ring_order"],
            "delay_ms": int((entered["delay_seconds"] or 0) * 1000),
            "purpose": entered["purpose"],
            "consent_ref": entered["consent_ref"],
        }

    def whom(self) -> str:
        """E.164 of what has been typed so far; "" while it is no number yet, and the form says why."""
        self.is_valid()
        return str(self.cleaned_data.get("callee") or "")

    def asked(self) -> Asked | None:
        """The call as far as it is chosen; None while an account or a number of ours is still to be chosen."""
        entered = getattr(self, "cleaned_data", {})
        account = self.only_account or entered.get("account")
        did, connect_number = entered.get("did"), entered.get("connect_number")
        if not (account and did and connect_number and entered.get("callee")):
            return None
        return Asked(
            account=account,
            ours=OurSide(did=did, connect_number=connect_number),
            callee=entered["callee"],
            purpose=self.chosen_purpose(),
            consent_ref=entered.get("consent_ref", ""),
        )

    def chosen_purpose(self) -> str:
        return str(getattr(self, "cleaned_data", {}).get("purpose") or Purpose.SERVICE)

    def renew_key(self) -> None:
        self.data = {**self.data.dict(), self.add_prefix("idempotency_key"): str(uuid.uuid4())}


def _did_label(did: DidNumber) -> str:
    return " · ".join(filter(None, [phone(did.number), did.label, did.country]))


def _number_label(row: ConnectNumber) -> str:
    return " · ".join(filter(None, [phone(row.number), row.label]))


def _account_label(account: ProviderAccount) -> str:
    return _("%(name)s (suspended)") % {"name": account.name} if account.suspended_at else account.name


def _as_shown(values: list[str]) -> list[tuple[str, str | Promise]]:
    """The words of the badges, so that people find in the filter what they see in the rows."""
    return [("", gettext_lazy("All")), *((value, STATES[value].label) for value in values)]


class CallFilterForm(forms.Form):
    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": gettext_lazy("Number or reference"), "autocomplete": "off"}
        ),
    )
    state = forms.ChoiceField(label=gettext_lazy("Order"), required=False, choices=_as_shown(State.values))
    disposition = forms.ChoiceField(label=gettext_lazy("Result"), required=False, choices=_as_shown(Disposition.values))
    account = forms.ModelChoiceField(
        label=gettext_lazy("Account"),
        required=False,
        queryset=ProviderAccount.objects.all(),
        empty_label=gettext_lazy("All"),
    )

    def apply(self, calls: CallRequestQuerySet) -> CallRequestQuerySet:
        """Narrows the calls; a value that is no choice is marked in the form and narrows nothing."""
        self.is_valid()
        wanted = {name: self.cleaned_data.get(name) for name in ("state", "disposition", "account")}
        calls = calls.filter(**{name: value for name, value in wanted.items() if value})
        return calls.matching(self.cleaned_data["q"]) if self.cleaned_data.get("q") else calls


class CallAgainForm(forms.Form):
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """A decision that a person answers for."""

    reason = forms.CharField(
        label=gettext_lazy("How do you know?"),
        min_length=10,
        max_length=500,
        help_text=gettext_lazy("Kept in the history under your name."),
        error_messages={
            "required": gettext_lazy("Write where you looked and what you saw."),
            "min_length": gettext_lazy("Write at least %(limit_value)d characters: where you looked and what you saw."),
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ResolveForm(ReasonForm):
    field_order = ("verdict", "reason")
    CALLED, NOT_CALLED = "called", "not_called"

    verdict = forms.ChoiceField(
        label=gettext_lazy("What does the provider's console show?"),
        widget=forms.RadioSelect,
        choices=[
            (CALLED, gettext_lazy("It was called\nThe provider took it. The order is closed without a result.")),
            (
                NOT_CALLED,
                gettext_lazy("It was not called\nThe provider never took it. It may be ordered again."),
            ),
        ],
        error_messages={"required": gettext_lazy("Choose one of the two.")},
    )

    @property
    def called(self) -> bool:
        return self.cleaned_data["verdict"] == self.CALLED
