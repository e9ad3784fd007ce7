"""What people enter on the campaign pages. Forms parse; rules that need other rows live in services and uploads."""

from __future__ import annotations

from typing import Any

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS as WEEKDAY_NAMES
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Campaign, Channel, DispatchType, Entry, StartupType
from campaigns.models.campaign import CampaignQuerySet
from campaigns.pages.account_fields import AccountFields
from campaigns.pages.retry_and_pace_fields import CALLS, CHANNELS, PACE, TASK, RetryFields
from campaigns.policy import account_fit, own_hours
from dialer.models import AgentPhone, PortalRules, Purpose
from dialer.policy.rules import label_of
from dialer.support.subscriptable import ModelForm
from dialer.web.formats import grouped
from dialer.web.looks import STATES
from telephony import registry
from telephony.configuration import ProviderKind

DISPATCH_TYPES = [
    (
        DispatchType.PREDICTIVE.value,
        gettext_lazy("Predictive\nThe provider dials ahead of the agents at the predictive call rate."),
    ),
    (
        DispatchType.RATIO.value,
        gettext_lazy("Ratio\nA fixed number of calls per agent."),
    ),
    (DispatchType.NONE.value, gettext_lazy("None\nNo predictive or ratio dialling.")),
]
STARTUP_TYPES = [
    (StartupType.IMMEDIATE.value, gettext_lazy("At once\nThe provider starts dialling as soon as it receives a task.")),
    (
        StartupType.MANUAL.value,
        gettext_lazy("Manual\nNo calls are placed until you start each task in the provider's console."),
    ),
    (
        StartupType.NONE.value,
        gettext_lazy("None\nThe task is only created. Start it in the provider's console, as with Manual."),
    ),
]
LIMITS: tuple[str, ...] = (
    "purpose",
    "uses_ai",
    "hours_from",
    "hours_to",
    "weekdays",
    "dnc_lists",
    "budget",
    "budget_per_day",
)
PURPOSES = [
    (Purpose.MARKETING.value, gettext_lazy("Marketing\nAn offer. The strictest rules.")),
    (Purpose.SERVICE.value, gettext_lazy("Service\nAbout an existing contract or service.")),
    (Purpose.COLLECTION.value, gettext_lazy("Collection\nAbout an overdue payment.")),
]
WEEKDAYS = [(str(day), capfirst(name)) for day, name in enumerate(WEEKDAY_NAMES.values(), start=1)]


class WeekdaysField(forms.MultipleChoiceField):
    """Boxes for Monday to Sunday; "12345" in the database, and all of them is the same as none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=WEEKDAYS, required=False, widget=forms.CheckboxSelectMultiple, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return list(value) if isinstance(value, str) else value

    def clean(self, value: Any) -> Any:
        days = "".join(sorted(super().clean(value)))
        return "" if len(days) == len(WEEKDAYS) else days


class LimitsForm(RetryFields, ModelForm[Campaign]):
    """Who may be called when, how fast, and what it may cost: what can still be changed while a campaign is paused."""

    is_possible = True
    weekdays = WeekdaysField(
        label=gettext_lazy("Weekdays"), help_text=gettext_lazy("None selected: every day that the country allows.")
    )

    class Meta:
        model = Campaign
        fields = (*LIMITS, "agent_phones", *PACE)
        widgets = {
            "agent_phones": forms.CheckboxSelectMultiple,
            "purpose": forms.RadioSelect,
            "dnc_lists": forms.CheckboxSelectMultiple,
            "hours_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "hours_to": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].required = False
        self.fields["purpose"].choices = PURPOSES
        # Budgets are in the currency of the account; a form that offers several says so beside them.
        account = self.instance.account if self.instance.account_id else None
        currency = (account and account.currency) or PortalRules.current().currency
        text = _("%(help)s In %(currency)s, or in the account's own currency if it has one.")
        if account:
            text = _("%(help)s In %(currency)s.")
        for name in ("budget", "budget_per_day"):
            self.fields[name].help_text = text % {"help": self.fields[name].help_text, "currency": currency}
        if not self.fields["dnc_lists"].queryset.exists():
            del self.fields["dnc_lists"]
        kind = self.look_at_accounts()
        if self.channel == Channel.CALLS:
            self.add_retry_fields()
            if kind and account_fit.reports_call_end(kind):
                del self.fields["line_seconds"]
        else:
            for name in PACE:
                del self.fields[name]

    def look_at_accounts(self) -> ProviderKind | None:
        """The kind of the account; sets the channel."""
        self.channel = str(self.instance.channel)
        kind = registry.KINDS[self.instance.account.kind]
        if self.channel == Channel.TASK or "agent_phones" not in account_fit.columns_of(kind):
            del self.fields["agent_phones"]
        else:
            phones = AgentPhone.objects.active().filter(account_id=self.instance.account_id)
            self.fields["agent_phones"].queryset = phones
        return kind

    def clean_purpose(self) -> str:
        return str(self.cleaned_data["purpose"] or self.instance.purpose)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        opens, closes = cleaned.get("hours_from"), cleaned.get("hours_to")
        if opens and closes and opens >= closes:
            self.add_error("hours_to", _("“Not after” must be later than “not before”."))
        elif wrong := self._no_hour_left(cleaned):
            self.add_error("hours_from", wrong)
        self.clean_retries()
        return cleaned

    def _no_hour_left(self, cleaned: dict[str, Any]) -> str:
        """Only asked where the form says all that it takes."""
        names = ("purpose", "hours_from", "hours_to", "weekdays")
        country = cleaned.get("country", self.instance.country)
        if not country or not cleaned.keys() >= set(names):
            return ""
        wishes = {name: cleaned[name] for name in names}
        return own_hours.what_is_wrong(Campaign(pk=self.instance.pk, country=country, **wishes))

    def columns(self) -> dict[str, Any]:
        """What services.edit_campaign writes."""
        retries = self.pop_retry_rules()
        return {**self.cleaned_data, "retry_rules": retries}


class CampaignForm(AccountFields, LimitsForm):
    class Meta(LimitsForm.Meta):
        model = Campaign
        fields = (
            "channel",
            "name",
            "description",
            "account",
            "country",
            *TASK,
            *CALLS,
            *LIMITS,
        )
        widgets = {
            **LimitsForm.Meta.widgets,
            "dispatch_type": forms.RadioSelect,
            "startup_type": forms.RadioSelect,
            "channel": forms.RadioSelect,
            "ring_order": forms.RadioSelect,
            "dids": forms.CheckboxSelectMultiple,
            "country": forms.TextInput(attrs={"placeholder": "GB", "autocapitalize": "characters", "size": 2}),
        }
        help_texts = {
            "name": gettext_lazy("Tasks appear in the provider's console under this name, followed by a number."),
            "description": gettext_lazy("Sent with provider tasks."),
            "agent_group": gettext_lazy("The agents who take the answered calls."),
            "start_count": gettext_lazy(
                "Where the provider's dialling algorithm starts. The provider requires it for every dispatch type."
            ),
        }
        error_messages = {"name": {"unique": gettext_lazy("A campaign with this name already exists.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.given = kwargs.get("initial") or {}
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = CHANNELS
        self.fields["channel"].required = False
        self.initial["channel"] = self.channel
        self.is_possible = bool(self.accounts)
        if self.instance.pk and self.instance.call_lists.exists():
            self.fields["country"].disabled = True
            self.fields["country"].help_text = _(
                "Cannot be changed, because call lists have been read for this country."
            )

    def look_at_accounts(self) -> ProviderKind | None:
        kind = super().look_at_accounts()
        if self.channel == Channel.TASK:
            self.fields["dispatch_type"].choices = DISPATCH_TYPES
            self.fields["startup_type"].choices = STARTUP_TYPES
            text = _("0 uses the portal setting, %(n)s. Pause and stop take effect between two tasks, not within one.")
            self.fields["chunk_size"].help_text = text % {"n": grouped(settings.PORTAL_CHUNK_SIZE)}
            self.offer_tasks()
        else:
            self.offer_calls(kind)
        self.offer_account()
        return kind

    def clean_channel(self) -> str:
        return self.channel

    @staticmethod
    def check_country(country: str) -> None:
        """Raises ValidationError for anything that numbers cannot be read as; "UK" is the usual mistake."""
        if country not in phonenumbers.SUPPORTED_REGIONS:
            text = _("Unknown country code %(code)s. Use two letters, such as GB, ID or HK.")
            raise ValidationError(text % {"code": country}, code="unknown_country")

    def clean_country(self) -> str:
        country = str(self.cleaned_data["country"]).upper()
        self.check_country(country)
        return country

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.clean_account_fields(cleaned)
        return cleaned

    def columns(self) -> dict[str, Any]:
        """What services.edit_campaign writes."""
        return {**super().columns(), "account": self.only_account or self.cleaned_data["account"]}


class NumbersForm(forms.Form):
    """Which numbers of a campaign are shown."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("All")), *((state, STATES[state].label) for state in Entry.State.values)],
    )
    reason = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def apply(self, entries: QuerySet[Entry]) -> QuerySet[Entry]:
        """A value that is no choice narrows nothing."""
        self.is_valid()
        wanted = {"state": self.cleaned_data.get("state"), "reason_code": self.cleaned_data.get("reason")}
        return entries.filter(**{name: value for name, value in wanted.items() if value})

    def reason_label(self) -> str:
        return label_of(self.cleaned_data["reason"]) if self.is_valid() and self.cleaned_data["reason"] else ""


class CampaignFilterForm(forms.Form):
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("All")), *((state, STATES[state].label) for state in Campaign.State.values)],
    )

    def apply(self, campaigns: CampaignQuerySet) -> CampaignQuerySet:
        """A value that is no choice is marked in the form and narrows nothing."""
        wanted = self.cleaned_data["state"] if self.is_valid() else ""
        return campaigns.filter(state=wanted) if wanted else campaigns
