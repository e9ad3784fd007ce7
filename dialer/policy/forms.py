"""What people enter on the pages of the policy."""

from __future__ import annotations

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
