"""Calling rules in the admin: what a change would do is counted and shown before it is saved."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from dialer import hooks
from dialer.admin.readonly import ReadOnlyAdmin
from dialer.admin.search import WholeNumberSearch
from dialer.models import CountryProfile, Decision, Holiday, PortalRules, Price, RegistryEvidence, StopEvent
from dialer.models.rules import WEEKDAYS
from dialer.policy import public_holidays
from dialer.policy.forms import clean_prefixes
from dialer.policy.rulebook import Rulebook
from dialer.policy.rules import label_of
from dialer.policy.week_text import week_text
from dialer.policy.what_if import effect_of
from dialer.support.subscriptable import ModelAdmin, ModelForm
from dialer.support.territories import covered_by
from dialer.web.country import clean_country
from telephony.numbers import e164

CONFIRMED = "_confirmed"


class RuleAdmin(ModelAdmin[Any]):
    """Shows what would change, saves when that is confirmed, and has waiting numbers looked at again."""

    def changed_book(self, book: Rulebook, row: Any, before: Any) -> Rulebook:
        raise NotImplementedError

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method == "POST" and CONFIRMED not in request.POST:
            page = self._effect_page(request, object_id)
            if page is not None:
                return page
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _effect_page(self, request: HttpRequest, object_id: str | None) -> HttpResponse | None:
        """None where the form is wrong or may not be sent: the usual page says so then."""
        before = self.get_object(request, object_id) if object_id else None
        allowed = self.has_change_permission(request, before) if before else self.has_add_permission(request)
        form = self.get_form(request, before, change=before is not None)(request.POST, instance=before)
        if not allowed or not form.is_valid():
            return None
        row = form.save(commit=False)
        stored = self.get_object(request, object_id) if object_id else None
        book = Rulebook.current()
        context = {
            **self.admin_site.each_context(request),
            "title": _("What would change"),
            "opts": self.opts,
            "row": row,
            "effect": effect_of(book, self.changed_book(book, row, stored), now=timezone.now()),
            "entered": [(name, value) for name, values in request.POST.lists() if name[0] != "_" for value in values]
            + [(name, "1") for name in request.POST if name.startswith("_") and name != CONFIRMED],
            "confirmed": CONFIRMED,
        }
        return TemplateResponse(request, "admin/dialer/what_would_change.html", context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        hooks.rules_changed()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        hooks.rules_changed()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset)
        hooks.rules_changed()


class CountryForm(ModelForm[Any]):
    def clean_country(self) -> str:
        return clean_country(self.cleaned_data["country"])


class ProfileForm(CountryForm):
    def clean_required_caller_prefixes(self) -> list[str]:
        return clean_prefixes(self.cleaned_data["required_caller_prefixes"])


@admin.register(CountryProfile)
class CountryProfileAdmin(RuleAdmin):
    form = ProfileForm
    list_display = ("__str__", "week", "attempts_per_day", "attempts_per_week", "consent", "registry", "changed_at")
    list_filter = ("purpose", "consent")
    search_fields = ("country",)
    fieldsets = (
        (None, {"fields": (("country", "purpose"), "also_in", "source")}),
        (
            gettext_lazy("Hours, in the callee's own time"),
            {
                "fields": (
                    *WEEKDAYS,
                    "closed_on_holidays",
                    ("eve_hours", "holiday_hours"),
                    "area_code_is_enough",
                )
            },
        ),
        (
            gettext_lazy("Call limits"),
            {
                "fields": (
                    ("attempts_per_day", "attempts_per_week", "attempts_per_month"),
                    ("hours_after_abandoned", "days_after_answered", "days_after_refusal"),
                    "calls_per_minute",
                )
            },
        ),
        (
            gettext_lazy("Consent and registry"),
            {"fields": (("consent", "consent_days"), ("registry", "registry_days"))},
        ),
        (
            gettext_lazy("Caller IDs"),
            {"fields": ("required_caller_prefixes", "refused_caller_ids", "doubtful_caller_ids")},
        ),
    )
    readonly_fields = ("also_in",)

    @admin.display(description=gettext_lazy("hours"))
    def week(self, profile: CountryProfile) -> str:
        return week_text(profile.windows())

    @admin.display(description=gettext_lazy("also applies in"))
    def also_in(self, profile: CountryProfile) -> str:
        """The territories of the country that have no rules of their own."""
        places = covered_by(profile.country)[1:]
        own = set(CountryProfile.objects.filter(country__in=places).values_list("country", flat=True))
        return ", ".join(place for place in places if place not in own) or "–"

    def changed_book(self, book: Rulebook, row: Any, before: Any) -> Rulebook:
        return book.with_profile(row, instead_of=before)


@admin.register(Holiday)
class HolidayAdmin(RuleAdmin):
    form = CountryForm
    list_display = ("day", "country", "name")
    list_filter = ("country",)
    search_fields = ("name", "country")
    date_hierarchy = "day"
    change_list_template = "admin/dialer/holiday/change_list.html"

    def changed_book(self, book: Rulebook, row: Any, before: Any) -> Rulebook:
        return book.with_holiday(row)

    def get_urls(self) -> list[URLPattern]:
        fill = path("fill/", self.admin_site.admin_view(self.fill_view), name="dialer_holiday_fill")
        return [fill, *super().get_urls()]

    @method_decorator(require_POST)
    def fill_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        try:
            country = clean_country(request.POST.get("country", ""))
            year = request.POST.get("year", "")
            count = public_holidays.fill(country, int(year) if year.isdigit() else 0)
        except ValidationError as exc:
            messages.error(request, " ".join(exc.messages))
        else:
            text = ngettext("%(n)d holiday was added.", "%(n)d holidays were added.", count)
            messages.success(request, text % {"n": count})
        return redirect("admin:dialer_holiday_changelist")


@admin.register(Price)
class PriceAdmin(RuleAdmin):
    form = CountryForm
    list_display = ("__str__", "country", "per_minute", "in_currency")

    @admin.display(description=gettext_lazy("currency"))
    def in_currency(self, price: Price) -> str:
        own: str = price.currency
        return own or PortalRules.current().currency

    def changed_book(self, book: Rulebook, row: Any, before: Any) -> Rulebook:
        return book.with_price(row)


@admin.register(PortalRules)
class PortalRulesAdmin(ModelAdmin[PortalRules]):
    list_display = ("__str__", "approval_above", "minutes_per_call", "currency")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        hooks.rules_changed()


@admin.register(Decision)
class DecisionAdmin(WholeNumberSearch, ReadOnlyAdmin):
    list_display = ("at", "masked_callee", "outcome", "rule_label", "found", "limit", "next_at", "by")
    list_filter = ("outcome", "rule", "at")
    list_select_related = ("by",)

    @admin.display(description=gettext_lazy("number"), ordering="callee")
    def masked_callee(self, row: Decision) -> str:
        return e164.mask(f"+{row.callee}")

    @admin.display(description=gettext_lazy("rule"), ordering="rule")
    def rule_label(self, row: Decision) -> str:
        return label_of(row.rule)


@admin.register(StopEvent)
class StopEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "is_on", "by", "reason", "on_the_way")
    list_select_related = ("by",)


@admin.register(RegistryEvidence)
class RegistryEvidenceAdmin(ReadOnlyAdmin):
    list_display = ("country", "received_on", "name", "state", "clean", "listed", "recorded_by", "recorded_at")
    list_filter = ("country",)
    list_select_related = ("recorded_by",)
