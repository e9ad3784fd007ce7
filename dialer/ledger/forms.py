"""What people decide about an order: what became of it, and how they know."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy


class ReasonForm(forms.Form):
    """A decision that a person answers for."""

    reason = forms.CharField(
        label=gettext_lazy("What did you check?"),
        min_length=10,
        max_length=500,
        help_text=gettext_lazy("Saved in the history under your name."),
        error_messages={
            "required": gettext_lazy("Say where you looked and what you saw."),
            "min_length": gettext_lazy("Write at least %(limit_value)d characters: where you looked and what you saw."),
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ResolveForm(ReasonForm):
    field_order = ("verdict", "reason")
    CALLED, NOT_CALLED = "called", "not_called"

    verdict = forms.ChoiceField(
        label=gettext_lazy("What does the provider's console show?"),
        widget=forms.RadioSelect,
        choices=[
            (
                CALLED,
                gettext_lazy("It was called\nThe provider accepted the order. The portal closes it without a result."),
            ),
            (
                NOT_CALLED,
                gettext_lazy("It was not called\nThe provider did not accept the order. It may be ordered again."),
            ),
        ],
        error_messages={"required": gettext_lazy("Choose one of the two answers.")},
    )

    @property
    def called(self) -> bool:
        return bool(self.cleaned_data["verdict"] == self.CALLED)
