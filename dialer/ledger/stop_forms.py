"""What people enter at the stop switch."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy


class StopForm(forms.Form):
    """No question stands before the press; the reason can be written while it is pressed, or not at all."""

    to = forms.CharField(widget=forms.HiddenInput, initial="stop")
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Shown to everyone while orders are stopped. You can leave it empty in an emergency."),
    )


class ReleaseForm(forms.Form):
    to = forms.CharField(widget=forms.HiddenInput, initial="release")
    reason = forms.CharField(
        label=gettext_lazy("Reason for resuming"),
        min_length=5,
        max_length=300,
        help_text=gettext_lazy("Saved under your name."),
    )
