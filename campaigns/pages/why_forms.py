"""What people enter to ask why a number was not called."""

from __future__ import annotations

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from dialer.dnc.forms import DncSearchForm
from dialer.models import Purpose


class WhyForm(DncSearchForm):
    """A number in any spelling, and for which purpose the rules are asked."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"),
        required=False,
        choices=[(value, capfirst(label)) for value, label in Purpose.choices],
    )
