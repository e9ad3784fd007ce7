"""What people enter about the answer of a do-not-call registry."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.models import CountryProfile, RegistryEvidence

Says = RegistryEvidence.Says


class EvidenceForm(forms.Form):
    """The answer of a do-not-call registry."""

    country = forms.ChoiceField(label=gettext_lazy("Country"))
    received_on = forms.DateField(
        label=gettext_lazy("Received on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("The day of the registry's answer; its days count from then."),
    )
    file = forms.FileField(
        label=gettext_lazy("Result file"),
        widget=forms.FileInput(),
        help_text=gettext_lazy(
            "As the registry sent it. It is kept unchanged, with its SHA-256, and read: only numbers in it are opened."
        ),
        error_messages={"required": gettext_lazy("Choose the file that the registry sent.")},
    )
    says = forms.ChoiceField(
        label=gettext_lazy("What the file says"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            (Says.COLUMN, gettext_lazy("A column says of each number whether it is listed")),
            (Says.CLEAN, gettext_lazy("All its numbers may be called")),
            (Says.LISTED, gettext_lazy("All its numbers are listed and must not be called")),
        ],
        initial=Says.COLUMN,
    )
    number_column = forms.CharField(
        label=gettext_lazy("Column of the numbers"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Name or number, where it is not found by itself."),
    )
    result_column = forms.CharField(
        label=gettext_lazy("Column of the results"), required=False, max_length=100, help_text=gettext_lazy("Likewise.")
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = CountryProfile.objects.exclude(registry="").exclude(country="").order_by("country")
        countries = dict(asked.values_list("country", "registry"))
        self.fields["country"].choices = [(code, f"{code} · {registry}") for code, registry in countries.items()]

    def clean_received_on(self) -> Any:
        day = self.cleaned_data["received_on"]
        if day > timezone.now().date():
            raise ValidationError(_("This day is still to come."))
        return day

    def clean_says(self) -> str:
        return self.cleaned_data["says"] or Says.COLUMN
