"""What people enter about campaigns that call number by number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import RETRIED, Campaign, Channel, RetryRule
from dialer.models import Disposition, Ring

PACE: tuple[str, ...] = ("calls_per_minute", "concurrent_calls", "line_seconds", "priority")
"""What may still be changed while such a campaign is paused."""
OUR_SIDE: tuple[str, ...] = ("connect_number", "agent_phones", "dids", "ring_order")
"""Which of these there are depends on the kind of the account."""
CALLS: tuple[str, ...] = (*OUR_SIDE, *PACE)
TASK: tuple[str, ...] = (
    "agent_group",
    "strategy_name",
    "dispatch_type",
    "predict_call_rate",
    "ratio_call_rate",
    "start_count",
    "startup_type",
    "chunk_size",
)
CHANNELS = [
    (
        Channel.TASK.value,
        gettext_lazy("Provider task\nThe provider receives the numbers in chunks and dials them itself."),
    ),
    (
        Channel.CALLS.value,
        gettext_lazy("Paced calls\nThe portal orders calls one by one, at the pace you set."),
    ),
    (
        Channel.PREVIEW.value,
        gettext_lazy("Preview calls\nA person sees the next number and presses Call."),
    ),
]
RINGS = [
    (Ring.CONNECT_FIRST.value, gettext_lazy("Agent first\nThe callee's phone rings once an agent is on the line.")),
    (Ring.CALLEE_FIRST.value, gettext_lazy("Callee first\nThe agent's phone rings once the callee has answered.")),
]


@dataclass(frozen=True, slots=True)
class RetryRow:
    """One result of the table of retries, for the template."""

    label: Any
    minutes: Any
    calls: Any


class RetryFields:
    """Adds a pair of fields for every result after which a number may be called again."""

    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]
    instance: Campaign

    def add_retry_fields(self) -> None:
        rules = {rule.disposition: rule for rule in self.instance.retry_rules.all()} if self.instance.pk else {}
        for disposition in RETRIED:
            rule = rules.get(disposition)
            label = Disposition(disposition).label
            self.fields[f"{disposition}_minutes"] = forms.IntegerField(
                label=_("After “%(result)s”: wait (minutes)") % {"result": label},
                required=False,
                min_value=1,
                max_value=60 * 24 * 30,
                initial=rule.wait_minutes if rule else None,
            )
            self.fields[f"{disposition}_calls"] = forms.IntegerField(
                label=_("After “%(result)s”: maximum calls") % {"result": label},
                required=False,
                min_value=2,
                max_value=20,
                initial=rule.most_calls if rule else None,
            )

    def retry_rows(self) -> list[RetryRow]:
        return [
            RetryRow(Disposition(row).label, self[f"{row}_minutes"], self[f"{row}_calls"])  # type: ignore[index]
            for row in RETRIED
            if f"{row}_minutes" in self.fields
        ]

    def clean_retries(self) -> None:
        for row in RETRIED:
            minutes, calls = self.cleaned_data.get(f"{row}_minutes"), self.cleaned_data.get(f"{row}_calls")
            if (minutes is None) != (calls is None):
                missing = f"{row}_calls" if calls is None else f"{row}_minutes"
                self.add_error(missing, _("Fill in both or leave both empty."))

    def pop_retry_rules(self) -> list[RetryRule]:
        """The rules that were entered, taken out of the cleaned data."""
        entered = {
            row: (self.cleaned_data.pop(f"{row}_minutes", None), self.cleaned_data.pop(f"{row}_calls", None))
            for row in RETRIED
        }
        return [
            RetryRule(disposition=row, wait_minutes=minutes, most_calls=calls)
            for row, (minutes, calls) in entered.items()
            if minutes and calls
        ]


class AgainForm(forms.Form):
    """Which of a campaign's numbers are called once more, in a new pass."""

    outcomes = forms.MultipleChoiceField(
        label=gettext_lazy("Call numbers with these results again"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one result.")},
    )

    def __init__(self, *args: Any, counts: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict([*Disposition.choices, ("not_called", _("not called"))])
        self.fields["outcomes"].choices = [
            (outcome, f"{labels[outcome]} ({count})") for outcome, count in counts.items() if count
        ]
