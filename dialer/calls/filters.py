"""What people enter on the call pages besides the call itself. Forms parse; rules are in services and policy."""

from __future__ import annotations

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from dialer.models import Disposition, ProviderAccount, State
from dialer.models.calls import CallRequestQuerySet
from dialer.templatetags.portal_ui import STATES


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
