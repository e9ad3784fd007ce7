"""What people enter on the pages of do-not-call lists."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from dialer.models import DncList
from dialer.models.dnc import Scope
from dialer.policy_forms import clean_country
from telephony import e164

_COUNTRY: dict[str, Any] = {
    "label": gettext_lazy("Country"),
    "required": False,
    "max_length": 2,
    "help_text": gettext_lazy("Two letters, such as GB, for numbers without a country code."),
    "widget": forms.TextInput(attrs={"size": 2, "autocapitalize": "characters", "placeholder": "GB"}),
}


_EXPIRES: dict[str, Any] = {
    "label": gettext_lazy("Holds until"),
    "required": False,
    "help_text": gettext_lazy("The last day (UTC). Empty: for ever."),
    "widget": forms.DateInput(attrs={"type": "date"}),
}


def end_of(day: date | None) -> datetime | None:
    """The moment (UTC) at which that day is over."""
    return None if day is None else datetime.combine(day + timedelta(days=1), time(), UTC)


class DncListForm(forms.ModelForm):
    class Meta:
        model = DncList
        fields = ("name", "description", "scope", "country")
        widgets = {"country": _COUNTRY["widget"]}
        help_texts = {"country": gettext_lazy("Only for a list that holds for callees in one country.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].required = False

    def clean_scope(self) -> str:
        return self.cleaned_data["scope"] or Scope.EVERYONE

    def clean_country(self) -> str:
        return clean_country(self.cleaned_data["country"])


class DncEntryForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=64,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    country = forms.CharField(**_COUNTRY)
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=200)
    source = forms.CharField(
        label=gettext_lazy("Source"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Where the wish came from."),
    )
    expires_on = forms.DateField(**_EXPIRES)

    def clean_country(self) -> str:
        return clean_country(self.cleaned_data["country"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "number" in cleaned and "country" in cleaned:
            try:
                cleaned["callee"] = e164.parse(cleaned["number"], region=cleaned["country"] or None)
            except e164.NumberError as exc:
                self.add_error("number", f"{exc.message} {exc.suggestion}")
        return cleaned


class DncUploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.ods,.json,.gz,.zip"}),
        help_text=gettext_lazy(
            "One number per line, or columns named phone, reason, source and expires. CSV or text in UTF-8, XLSX, "
            "XLS, ODS, also packed."
        ),
        error_messages={"required": gettext_lazy("Choose a file first.")},
    )
    country = forms.CharField(**_COUNTRY)
    expires_on = forms.DateField(**_EXPIRES)

    def clean_country(self) -> str:
        return clean_country(self.cleaned_data["country"])


class DncSearchForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Find a number"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "placeholder": "+447700900001"}),
    )
    country = forms.CharField(**{**_COUNTRY, "help_text": ""})

    def callee(self) -> str | None:
        """E.164 of what is looked for; None where nothing is, or it is no number (the form says so)."""
        if not self.is_valid() or not self.cleaned_data["number"]:
            return None
        try:
            region = clean_country(self.cleaned_data["country"]) or None
            return e164.parse(self.cleaned_data["number"], region=region)
        except e164.NumberError as exc:
            self.add_error("number", f"{exc.message} {exc.suggestion}")
        except ValidationError as exc:
            self.add_error("country", exc)
        return None
