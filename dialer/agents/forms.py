"""How the list of agents is narrowed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from dialer.models import AgentState, ProviderAccount
from dialer.models.agents import AgentQuerySet
from dialer.web.looks import STATES


class AgentFilterForm(forms.Form):
    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": gettext_lazy("ID, name or phone"), "autocomplete": "off"}
        ),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("All")), *((value, STATES[f"agent_{value}"].label) for value in AgentState.values)],
    )
    account = forms.ModelChoiceField(
        label=gettext_lazy("Account"),
        required=False,
        queryset=ProviderAccount.objects.filter(is_active=True, agents__isnull=False).distinct(),
        empty_label=gettext_lazy("All"),
    )

    def apply(self, agents: AgentQuerySet) -> AgentQuerySet:
        """Narrows the agents; a value that is no choice is marked in the form and narrows nothing."""
        self.is_valid()
        if account := self.cleaned_data.get("account"):
            agents = agents.filter(account=account)
        if state := self.cleaned_data.get("state"):
            agents = agents.in_state(state)
        return agents.matching(self.cleaned_data.get("q") or "")
