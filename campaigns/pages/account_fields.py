"""The part of a campaign's form that depends on its channel, and on the kind of its provider account."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Campaign, Channel
from campaigns.pages.retry_and_pace_fields import OUR_SIDE, RINGS, TASK
from campaigns.policy import account_fit
from dialer.models import AgentGroup, AgentPhone, ConnectNumber, DidNumber, ProviderAccount
from telephony import registry
from telephony.configuration import ProviderKind

CHOOSE = ("", gettext_lazy("Choose…"))


class AccountFields:
    """Leaves those fields in the form that the chosen account's kind has, with what may be chosen now."""

    fields: dict[str, Any]
    data: Any
    initial: MutableMapping[str, Any]
    is_bound: bool
    instance: Campaign
    channel: str
    given: dict[str, Any]
    """What was entered so far, on the way to another channel or account."""
    missing = ""
    """What an administrator has to add before the chosen channel can be used."""
    agents_call = False
    """Calls are those of agents who are signed in, so there is nobody to choose for the whole campaign."""

    def look_at_accounts(self) -> ProviderKind | None:
        """Sets what the other methods go by; None while accounts of several kinds may still be chosen."""
        self.accounts = list(ProviderAccount.objects.filter(is_active=True))
        self.only_account = self.accounts[0] if len(self.accounts) == 1 else None
        self.channel = self._chosen_channel()
        self.fitting = [account for account in self.accounts if account_fit.is_usable(account.kind, self.channel)]
        entered = str((self.data if self.is_bound else self.initial).get("account") or "")
        chosen = [account for account in self.fitting if len(self.fitting) == 1 or str(account.pk) == entered]
        self.account = chosen[0] if chosen else None
        kinds = {account.kind for account in ([self.account] if self.account else self.fitting)}
        return registry.KINDS[kinds.pop()] if len(kinds) == 1 else None

    def _chosen_channel(self) -> str:
        entered = str(self.data.get("channel") if self.is_bound else self.given.get("channel"))
        if entered in Channel.values:
            return entered
        if self.instance.pk or self.is_bound:
            return str(self.instance.channel)
        usable = (
            channel
            for channel in Channel.values
            if any(account_fit.is_usable(row.kind, channel) for row in self.accounts)
        )
        return str(next(usable, Channel.TASK.value))

    def offer_account(self) -> None:
        if self.only_account:
            del self.fields["account"]
            self.instance.account = self.only_account
        else:
            self._offer("account", ProviderAccount, [(row.pk, row.name) for row in self.fitting])
        if not self.fitting:
            labels = account_fit.labels_for(self.channel)
            self.missing = _("No active account supports this. You need an account with one of: %(labels)s.") % {
                "labels": labels
            }

    def offer_tasks(self) -> None:
        groups = AgentGroup.objects.active().filter(account__in=self._accounts()).select_related("account")
        labels = [(row.pk, str(row) if self.account else f"{row} · {row.account.name}") for row in groups]
        self._offer("agent_group", AgentGroup, labels)
        self.fields["agent_group"].required = self.fields["strategy_name"].required = True
        for name in OUR_SIDE:
            del self.fields[name]
        if not labels:
            self.missing = _(
                "A provider task needs an active account with an active agent group. An administrator can add both "
                "under Administration."
            )

    def offer_calls(self, kind: ProviderKind | None) -> None:
        self.agents_call = bool(kind and "agent_id" in kind.call_needs)
        for name in TASK:
            del self.fields[name]
        for name in OUR_SIDE:
            if kind is None or name not in account_fit.columns_of(kind):
                self.fields.pop(name, None)
        if "ring_order" in self.fields:
            self.fields["ring_order"].choices = RINGS
        if "connect_number" in self.fields:
            numbers = [(row.pk, str(row)) for row in ConnectNumber.objects.active()]
            self._offer("connect_number", ConnectNumber, numbers)
            self.fields["connect_number"].required = True
            if not numbers:
                self.missing = _(
                    "There is no active Connect number. An administrator can add one under Administration."
                )
        if "agent_phones" in self.fields:
            phones = AgentPhone.objects.active().filter(account__in=self._accounts())
            self.fields["agent_phones"].queryset = phones
            if not phones.exists():
                self.missing = _("There is no active agent phone. An administrator can add one under Administration.")
        if "dids" in self.fields and kind:
            self._offer_dids(kind)

    def _offer_dids(self, kind: ProviderKind) -> None:
        dids = DidNumber.objects.active().filter(account__in=self._accounts())
        self.fields["dids"].queryset = dids.order_by("number")
        if "did" not in kind.call_needs:
            self.fields["dids"].help_text = _(
                "Each call uses the DID that has been idle longest. None selected: all active DIDs of the account. "
                "If there are none, the provider chooses the caller ID."
            )
        elif self.channel == Channel.PREVIEW:
            self.fields["dids"].help_text = _("Each call uses the DID that has been idle longest.")

    def _accounts(self) -> list[ProviderAccount]:
        return [self.account] if self.account else self.fitting

    def _offer(self, name: str, model: Any, choices: list[tuple[int, str]]) -> None:
        field: forms.ModelChoiceField[Any] = self.fields[name]
        field.queryset = model.objects.filter(is_active=True)
        # A single choice is made already.
        field.choices = choices if len(choices) == 1 else [CHOOSE, *choices]

    def clean_account_fields(self, cleaned: dict[str, Any]) -> None:
        account = self.only_account or cleaned.get("account")
        if account is None:
            return
        if wrong := account_fit.misfit_reason(account, self.channel):
            self.add_error("account" if "account" in self.fields else None, wrong)
            return
        group = cleaned.get("agent_group")
        texts = {
            "agent_group": _("This agent group belongs to another account. Choose one from this account."),
            "dids": _("Some of these DIDs belong to another account. Choose DIDs from this account."),
            "agent_phones": _("Some of these phones belong to another account. Choose phones from this account."),
        }
        chosen = {"agent_group": [group] if group else [], "dids": cleaned.get("dids") or ()}
        chosen["agent_phones"] = cleaned.get("agent_phones") or ()
        for name, rows in chosen.items():
            if any(row.account_id != account.pk for row in rows):
                self.add_error(name, texts[name])
