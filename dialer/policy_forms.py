"""What people enter on the pages of the policy."""

from __future__ import annotations

from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.models import CountryProfile
from dialer.models.rules import digits_check


class StopForm(forms.Form):
    """No question stands before the press; the reason can be written while it is pressed, or not at all."""

    to = forms.CharField(widget=forms.HiddenInput, initial="stop")
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Shown to everybody while it is stopped. May stay empty when there is no time."),
    )


class ReleaseForm(forms.Form):
    to = forms.CharField(widget=forms.HiddenInput, initial="release")
    reason = forms.CharField(
        label=gettext_lazy("Why may orders leave again?"),
        min_length=5,
        max_length=300,
        help_text=gettext_lazy("Kept under your name."),
    )


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
        help_text=gettext_lazy("As the registry sent it. It is kept unchanged, with its SHA-256."),
        error_messages={"required": gettext_lazy("Choose the file that the registry sent.")},
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


def clean_country(country: str) -> str:
    """Raises ValidationError for anything that is no country; "UK" is the usual mistake."""
    code = country.strip().upper()
    if code and code not in phonenumbers.SUPPORTED_REGIONS:
        text = _("There is no country %(code)s. Write two letters, such as GB, ID or HK.")
        raise ValidationError(text % {"code": code}, code="unknown_country")
    return code


def clean_prefixes(prefixes: list[str], *, country: str = "") -> list[str]:
    """First digits of numbers, sorted and each once.

    Raises ValidationError for digits that begin with no calling code, or not with that of `country` (ISO 3166).
    """
    for prefix in prefixes:
        digits_check()(prefix)
        found = (phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(prefix[:length]), ()) for length in (1, 2, 3))
        regions = {region for some in found for region in some}
        if country and country not in regions:
            text = _("%(prefix)s does not begin with the calling code of %(country)s, %(code)s.")
            code = phonenumbers.country_code_for_region(country)
            raise ValidationError(text % {"prefix": prefix, "country": country, "code": code})
        if not regions:
            raise ValidationError(_("%(prefix)s begins with no country's calling code.") % {"prefix": prefix})
    return sorted(set(prefixes))
