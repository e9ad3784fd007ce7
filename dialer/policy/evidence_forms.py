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
        help_text=gettext_lazy("The date of the registry's answer; its validity starts on this day."),
    )
    file = forms.FileField(
        label=gettext_lazy("Result file"),
        widget=forms.FileInput(),
        help_text=gettext_lazy(
            "The file as received from the registry. The portal keeps it unchanged with its SHA-256. Only numbers in "
            "it may be called."
        ),
        error_messages={"required": gettext_lazy("Choose the file that you received from the registry.")},
    )
    says = forms.ChoiceField(
        label=gettext_lazy("Meaning of the file"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            (Says.COLUMN, gettext_lazy("A column says whether each number is listed")),
            (Says.CLEAN, gettext_lazy("All its numbers may be called")),
            (Says.LISTED, gettext_lazy("All its numbers are listed and must not be called")),
        ],
        initial=Says.COLUMN,
    )
    number_column = forms.CharField(
        label=gettext_lazy("Number column"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Name or number, if it is not found automatically."),
    )
    result_column = forms.CharField(
        label=gettext_lazy("Result column"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Name or number, if it is not found automatically."),
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
            raise ValidationError(_("This date is in the future."))
        return day

    def clean_says(self) -> str:
        return self.cleaned_data["says"] or Says.COLUMN
