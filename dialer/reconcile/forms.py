"""Forms about records: whose a record is, and a file of them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.models import CallRequest, ProviderAccount

# Some 600 bytes for each of the 100,000 rows that a file may have (file_pass.MAX_ROWS).
LARGEST_FILE = 64 * 1024 * 1024


class AssignForm(forms.Form):
    """Which of the fitting calls a record belongs to, and why."""

    call = forms.ChoiceField(label=gettext_lazy("Matching order"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=400,
        help_text=gettext_lazy("What you checked, for later reference."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, calls: list[CallRequest], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._calls = {call.reference: call for call in calls}
        self.fields["call"].choices = [(reference, _label(call)) for reference, call in self._calls.items()]

    def clean_call(self) -> CallRequest:
        return self._calls[self.cleaned_data["call"]]


def _label(call: CallRequest) -> str:
    text = _("the call sent at %(at)s UTC, %(state)s (%(reference)s)")
    sent = f"{call.sent_at:%Y-%m-%d %H:%M:%S}" if call.sent_at else "–"
    return text % {"at": sent, "state": call.get_state_display(), "reference": call.reference[:8]}


class RecordFileForm(forms.Form):
    """A file of call records out of a provider's console."""

    account = forms.ModelChoiceField(
        label=gettext_lazy("Provider account"), queryset=ProviderAccount.objects.none(), empty_label=None
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV with a header, up to 100,000 rows. You see a preview before anything is applied."),
    )
    zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        initial="UTC",
        max_length=60,
        help_text=gettext_lazy("For times without a time zone, such as UTC or Asia/Shanghai."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = ProviderAccount.objects.all()

    def clean_zone(self) -> str:
        zone = str(self.cleaned_data["zone"]).strip()
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise ValidationError(_("Unknown time zone. Use an IANA name, such as Asia/Shanghai.")) from None
        return zone

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError(_("The file is larger than 64 MB. Export fewer days at once."))
        return file
