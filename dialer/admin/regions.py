"""Rules of regions in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.admin.rules import RuleAdmin
from dialer.models import RegionRule
from dialer.models.rules import WEEKDAYS
from dialer.policy.forms import clean_prefixes
from dialer.policy.rulebook import Rulebook
from dialer.policy.week_text import week_text
from dialer.support.subscriptable import ModelForm
from dialer.web.country import clean_country


class RegionForm(ModelForm[RegionRule]):
    class Meta:
        model = RegionRule
        fields = "__all__"

    def clean_region(self) -> str:
        region = str(self.cleaned_data["region"])
        clean_country(region[:2])
        return region

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        region, prefixes = cleaned.get("region"), cleaned.get("prefixes")
        if region and prefixes:
            try:
                clean_prefixes(prefixes, country=region[:2])
                self._must_be_free(region, prefixes)
            except ValidationError as exc:
                self.add_error("prefixes", exc)
        return cleaned

    def _must_be_free(self, region: str, prefixes: list[str]) -> None:
        """One number belongs to one region. Raises ValidationError."""
        others = RegionRule.objects.exclude(region=region).exclude(pk=self.instance.pk)
        for other in others.filter(prefixes__overlap=prefixes):
            both = sorted(set(prefixes).intersection(other.prefixes))
            text = _("%(prefixes)s already belong to %(region)s. Remove them there first.")
            raise ValidationError(text % {"prefixes": ", ".join(both), "region": other})


@admin.register(RegionRule)
class RegionRuleAdmin(RuleAdmin):
    form = RegionForm
    list_display = ("__str__", "week", "closed_on_holidays", "attempts_per_day", "numbers")
    list_filter = ("purpose",)
    search_fields = ("region", "name")
    fieldsets = (
        (None, {"fields": (("region", "name"), "purpose", "prefixes", "source")}),
        (
            gettext_lazy("Hours, in the callee's own time"),
            {
                "fields": (*WEEKDAYS, "closed_on_holidays"),
                "description": gettext_lazy(
                    "They can only narrow the country's hours. 00:00-24:00: same as the country."
                ),
            },
        ),
        (gettext_lazy("Call limits"), {"fields": ("attempts_per_day",)}),
    )

    @admin.display(description=gettext_lazy("hours"))
    def week(self, rule: RegionRule) -> str:
        return week_text(rule.windows())

    @admin.display(description=gettext_lazy("numbers that begin with"))
    def numbers(self, rule: RegionRule) -> str:
        return ", ".join(rule.prefixes)

    def changed_book(self, book: Rulebook, row: Any, before: Any) -> Rulebook:
        return book.with_region(row, instead_of=before)
