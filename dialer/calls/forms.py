"""The form that places a call. Which fields it has depends on the kind of the chosen account's provider."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.calls.provider_fields import (
    AS_PROVIDER_CHOOSES,
    CHOOSE,
    FIELDS,
    ROWS,
    ProviderFields,
    choices_of,
    field_names,
    rows_for,
)
from dialer.calls.refusals import refusal_text
from dialer.calls.services import KEY_USED, OrderRefused
from dialer.models import Agent, CallRequest, E164FormField, ProviderAccount, Purpose, Ring
from dialer.models.call_draft import CallDraft
from dialer.models.call_parties import CallParties
from dialer.policy.override_reasons import check_reason
from telephony import registry
from telephony.configuration import ProviderKind
from telephony.contract.vocabulary import Capability


class OrderKeyForm(forms.Form):
    """One press is one order: a form that is sent twice carries the same key twice."""

    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)

    def add_refusal(self, refusal: OrderRefused) -> None:
        if refusal.code == KEY_USED:  # it would be refused for ever: the next press needs a key of its own
            self.data = {**self.data.dict(), self.add_prefix("idempotency_key"): str(uuid.uuid4())}
        self.add_error(None, refusal_text(refusal))


class PlaceCallForm(ProviderFields, OrderKeyForm):
    account = forms.ModelChoiceField(
        label=gettext_lazy("Provider account"), queryset=ProviderAccount.objects.filter(is_active=True)
    )
    callee = E164FormField(
        label=gettext_lazy("Callee"),
        help_text=gettext_lazy("With country code, in any format: +44 7700 900001, 0044 (0)7700-900001."),
        error_messages={"required": gettext_lazy("Enter the number to call, with + and the country code.")},
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"),
        required=False,
        choices=[(value, capfirst(label)) for value, label in Purpose.choices],
        initial=Purpose.SERVICE,
        help_text=gettext_lazy("Calling hours and consent rules depend on it."),
    )
    consent_ref = forms.CharField(
        label=gettext_lazy("Consent"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Where the consent is recorded, if this call needs one."),
    )
    override_reason = forms.CharField(
        label=gettext_lazy("Reason for override"),
        required=False,
        max_length=500,
        validators=[check_reason],
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("At least ten letters. Saved under your name with the rule that you override."),
    )

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any] | None = None, user: Any = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        kinds = list(registry.KINDS)
        active = ProviderAccount.objects.filter(is_active=True)
        accounts = sorted(active, key=lambda row: (kinds.index(row.kind), row.name))
        self.user = user
        self.only_account = accounts[0] if len(accounts) == 1 else None
        self.chosen_account = self.only_account or self._chosen_of(accounts)
        self.kind: ProviderKind | None = None
        self.provider_names: list[str] = []
        self.missing: list[dict[str, Any]] = []
        if self.chosen_account:
            self.missing = self._keep_fields(self.chosen_account)
        else:
            for name in {*FIELDS.values(), "agent"}:
                del self.fields[name]
        if not accounts:
            account = {"label": _("An active provider account"), "admin": "admin:dialer_provideraccount_changelist"}
            empty = [name for name in ("did", "connect_number") if not ROWS[name][0].objects.active().exists()]
            self.missing = [account, *map(_missing, empty)]
        self.is_blocked = bool(self.missing) and len(accounts) < 2
        if self.only_account:
            del self.fields["account"]
        else:
            suspended = _("%(name)s (suspended)")
            self.fields["account"].choices = [
                (row.pk, suspended % {"name": row.name} if row.suspended_at else row.name) for row in accounts
            ]

    def _chosen_of(self, accounts: list[ProviderAccount]) -> ProviderAccount | None:
        """The account whose fields are shown: a new form has one chosen, a form that came back what came with it."""
        name = self.add_prefix("account")
        wanted = str(self.data.get(name, "") if self.is_bound else self.initial.get("account") or "")
        found = next((row for row in accounts if str(row.pk) == wanted), None)
        if found is None and accounts and not self.is_bound:
            found = accounts[0]
            self.initial["account"] = found.pk
        return found

    def _keep_fields(self, account: ProviderAccount) -> list[dict[str, Any]]:
        """Leaves the fields of this kind of provider; returns what an administrator has to add before anyone calls."""
        kind = self.kind = registry.KINDS[account.kind]
        kept, needed = field_names(kind, kind.call_fields), field_names(kind, kind.call_needs)
        for name in {*FIELDS.values(), "agent"} - set(kept):
            del self.fields[name]
        self.provider_names = kept
        chosen = [name for name in kept if name in ROWS]
        empty = [name for name in chosen if not self._offer(account, name, required=name in needed)]
        return [_missing(name) for name in empty if name in needed]

    def _offer(self, account: ProviderAccount, name: str, *, required: bool) -> bool:
        """Fills the field with rows to choose from; False where there is none."""
        field, rows = self.fields[name], rows_for(name, account)
        found = list(rows)
        field.queryset, field.required = rows, required
        text = _("It belongs to another account than %(account)s or is switched off. Choose another.")
        field.error_messages["invalid_choice"] = text % {"account": account}
        choices = choices_of(name, found)
        # A single choice is made already; with groups a person still picks the line.
        is_made = required and len(choices) == 1 and not isinstance(choices[0][1], list)
        field.choices = choices if is_made else [CHOOSE if required else AS_PROVIDER_CHOOSES, *choices]
        if name == "did" and not required:
            field.help_text = _("The caller ID that the callee sees.")
        if name == "agent" and not self.is_bound and not self.initial.get("agent"):
            self.initial["agent"] = next((row.pk for row in found if self.user and row.user_id == self.user.pk), None)
        return bool(found)

    @classmethod
    def fresh(
        cls,
        last: CallRequest | None,
        *,
        user: Any = None,
        account: ProviderAccount | None = None,
        agent: Agent | None = None,
    ) -> PlaceCallForm:
        """An empty form with a key of its own, and the choices of this person's last call by the account."""
        initial: dict[str, Any] = {"idempotency_key": uuid.uuid4()}
        account = agent.account if agent else account
        if last and account in (None, last.account):
            # What stays the same from call to call. Call data belongs to one call.
            initial |= {
                "account": last.account_id,
                "did": last.did_id,
                "connect_number": last.connect_number_id,
                "ring_order": last.ring_order,
                "agent": last.agent_id,
                "agent_phone": last.agent_phone_id,
                "agent_no": last.options.get("agent_id"),
                "medium": last.options.get("media"),
                **{name: last.options.get(name) for name in ("agent_sees", "skill_id")},
            }
        if account:
            initial["account"] = account.pk
        if agent:
            initial["agent"] = agent.pk
        form = cls(initial=initial, user=user)
        form.fields["callee"].widget.attrs["autofocus"] = True
        return form

    @classmethod
    def switched(cls, data: Any, *, user: Any) -> PlaceCallForm:
        """The form as typed so far, with the fields of the account that is chosen in it now. Nothing is checked."""
        return cls(initial={name: data[name] for name in data if data[name]}, user=user)

    @property
    def provider_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.provider_names]

    @property
    def rings_agent_first(self) -> bool:
        """Whether the agent's own phone rings first, with no choice in it."""
        return bool(self.kind) and "ring_order" not in self.fields

    @property
    def is_by_agent(self) -> bool:
        return self.kind is not None and Capability.AGENT_CALLS in self.kind.can

    def clean_purpose(self) -> str:
        return self.cleaned_data["purpose"] or Purpose.SERVICE

    def draft(self) -> CallDraft:
        """The call that was entered; of a valid form."""
        entered = self.cleaned_data
        options = {
            "agent_sees": entered.get("agent_sees"),
            "skill_id": entered.get("skill_id"),
            "call_data": entered.get("call_data"),
            # Voice is what the provider does without being told.
            "media": int(entered.get("medium") or 0) or None,
            "agent_id": entered.get("agent_no"),
        }
        return CallDraft(
            account=self.only_account or entered["account"],
            callee=entered["callee"],
            parties=self._parties(),
            # Queue 0 is a queue.
            options={name: value for name, value in options.items() if value not in (None, "")},
            ring_order=entered.get("ring_order") or Ring.CONNECT_FIRST,
            delay_ms=int((entered.get("delay_seconds") or 0) * 1000),
            purpose=entered["purpose"],
            consent_ref=entered["consent_ref"],
        )

    def _parties(self) -> CallParties:
        return CallParties(**{name: self.cleaned_data.get(name) for name in ROWS})

    def whom(self) -> str:
        """E.164 of what has been typed so far; "" while it is no number yet, and the form says why."""
        self.is_valid()
        return str(self.cleaned_data.get("callee") or "")

    def draft_so_far(self) -> CallDraft | None:
        """For the rules, while somebody types; None while an account or one of its parties is still to be chosen."""
        entered = getattr(self, "cleaned_data", {})
        account, kind = self.only_account or entered.get("account"), self.kind
        if not (account and kind and entered.get("callee")):
            return None
        if not all(entered.get(name) for name in field_names(kind, kind.call_needs)):
            return None
        return CallDraft(
            account=account,
            callee=entered["callee"],
            parties=self._parties(),
            purpose=self.chosen_purpose(),
            consent_ref=entered.get("consent_ref", ""),
        )

    def chosen_purpose(self) -> str:
        return str(getattr(self, "cleaned_data", {}).get("purpose") or Purpose.SERVICE)


def _missing(name: str) -> dict[str, Any]:
    _model, label, admin = ROWS[name]
    return {"label": label, "admin": admin}
