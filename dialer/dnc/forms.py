"""What people enter on the pages of do-not-call lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.models import DncList
from dialer.models.dnc import Scope
from dialer.support.subscriptable import ModelForm
from dialer.web.country import clean_country
from telephony.numbers import e164
from telephony.numbers.number_blocks import NumberBlock, read_blocks

COUNTRY: dict[str, Any] = {
    "label": gettext_lazy("Country"),
    "required": False,
    "max_length": 2,
    "help_text": gettext_lazy("Two letters, such as GB, for numbers without a country code."),
    "widget": forms.TextInput(attrs={"size": 2, "autocapitalize": "characters", "placeholder": "GB"}),
}
_EXPIRES: dict[str, Any] = {
    "label": gettext_lazy("Valid until"),
    "required": False,
    "help_text": gettext_lazy("The last day, in the phone's local time. Empty: no end date."),
    "widget": forms.DateInput(attrs={"type": "date"}),
}
ALL = "all"


class DncListForm(ModelForm[DncList]):
    class Meta:
        model = DncList
        fields = ("name", "description", "scope", "country")
        widgets = {"country": COUNTRY["widget"]}
        help_texts = {"country": gettext_lazy("Only for a list that applies to callees in one country.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].required = False

    def clean_scope(self) -> str:
        return self.cleaned_data["scope"] or Scope.EVERYONE

    def clean_country(self) -> str:
        return clean_country(self.cleaned_data["country"])


class DncEntryForm(forms.Form):
    """One number, or a block of them. Asks where the digits may be several numbers, or a block holds a whole area."""

    number = forms.CharField(
        label=gettext_lazy("Number or block"),
        max_length=64,
        help_text=gettext_lazy("End a block with an X for each open digit or with *: +1202555XXXX, +1202555*."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    country = forms.CharField(**COUNTRY)
    which = forms.ChoiceField(label=gettext_lazy("Which number is meant?"), required=False, widget=forms.RadioSelect)
    is_wide = forms.BooleanField(label=gettext_lazy("Block every number that begins with these digits"), required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=200)
    source = forms.CharField(
        label=gettext_lazy("Source"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Where the request came from."),
    )
    expires_on = forms.DateField(**_EXPIRES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._open: e164.NumberError | None = None
        self._blocks: tuple[NumberBlock, ...] = ()
        self._look_at_number()
        readings = self._open.meant if self._open else ()
        if len(readings) > 1:
            numbers = [(number, number) for number in readings]
            both = _("Block both") if len(readings) == 2 else _("Block all of them")
            self.fields["which"].choices = [(ALL, both), *numbers]
            # Whoever asked not to be called may have any of these numbers: one too many is the smaller mistake.
            self.fields["which"].initial = ALL
        else:
            del self.fields["which"]
        if not any(block.is_wide for block in self._blocks):
            del self.fields["is_wide"]

    def _look_at_number(self) -> None:
        """What the number means decides which questions are asked."""
        text, region = (str(self.data.get(name, "")).strip() for name in ("number", "country"))
        try:
            self._blocks = read_blocks(text, region=clean_country(region) or None)
            if not self._blocks:
                e164.parse(text, region=region or None)
        except e164.NumberError as exc:
            self._open = exc
        except ValidationError:
            return  # clean_country says it

    def clean_country(self) -> str:
        return clean_country(self.cleaned_data["country"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["blocks"] = self._blocks
        cleaned["callees"] = ()
        if "number" in cleaned and "country" in cleaned and not self._blocks:
            cleaned["callees"] = self._callees(cleaned)
        if "is_wide" in self.fields and not cleaned.get("is_wide"):
            first = next(block for block in self._blocks if block.is_wide)
            text = _("%(block)s covers a whole area or more. Confirm below that you want to block every number in it.")
            self.add_error("number", text % {"block": first.written})
        return cleaned

    def _callees(self, cleaned: dict[str, Any]) -> tuple[str, ...]:
        """E.164. The main number of one with an extension is taken; of several numbers those that are chosen."""
        if self._open is None:
            return (e164.parse(cleaned["number"], region=cleaned["country"] or None),)
        which = cleaned.get("which", "")
        if len(self._open.meant) == 1 or which == ALL:
            return self._open.meant
        if which:
            return (which,)
        suggestion = self._open.suggestion
        if self._open.meant:
            suggestion = _("Choose below which number you mean.")
            self.data = {**self.data.dict(), "which": ALL}  # proposed when the form is shown again
        self.add_error("number", f"{self._open.message} {suggestion}")
        return ()


class DncUploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsb,.xls,.ods,.json,.jsonl,.gz,.zip"}),
        help_text=gettext_lazy(
            "One number per line or columns in any order, blocks such as 202555XXXX, or a registry's own file. Text "
            "in any encoding, XLSX, XLS, ODS or JSON, compressed or not. The portal reads a clear file at once and "
            "asks you about anything unclear."
        ),
        error_messages={"required": gettext_lazy("Choose a file first.")},
    )
    country = forms.CharField(**COUNTRY)
    expires_on = forms.DateField(
        **{**_EXPIRES, "help_text": gettext_lazy("The last day for rows without an end date. Empty: no end date.")}
    )

    def clean_country(self) -> str:
        return clean_country(self.cleaned_data["country"])


class DncSearchForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Find a number"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "placeholder": "+447700900001"}),
    )
    country = forms.CharField(**{**COUNTRY, "help_text": ""})

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
