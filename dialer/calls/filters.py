"""What people enter on the call pages besides the call itself. Forms parse; rules are in services and policy."""

from __future__ import annotations

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from dialer.models import Disposition, ProviderAccount, State
from dialer.models.calls import CallRequestQuerySet
from dialer.web.looks import STATES


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
