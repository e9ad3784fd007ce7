"""What was changed in configuration, rules and lists, by whom and from where."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy

from dialer.admin.readonly import ReadOnlyAdmin
from dialer.models import Change
from dialer.web.request_user import person

LABELS = {"insert": gettext_lazy("added"), "update": gettext_lazy("changed"), "delete": gettext_lazy("deleted")}
MODELS = ("ProviderAccount", "DidNumber", "ConnectNumber", "AgentGroup", "CountryProfile", "Holiday", "Price")
TRACKED = (*MODELS, "RegionRule", "PortalRules", "DncList", "DncEntry", "WebhookTarget")


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    list_display = ("at", "what", "label", "user", "changes", "url")
    list_select_related = ("user",)
    ordering = ("-pgh_created_at",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        changes: QuerySet[Any] = Change.objects.across(*(apps.get_model("dialer", f"{name}Event") for name in TRACKED))
        return changes

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The library's own permission is given to nobody; whoever may read decisions may read this."""
        return person(request).has_perm("dialer.view_decision")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.display(description=gettext_lazy("when"), ordering="pgh_created_at")
    def at(self, row: Change) -> Any:
        return row.pgh_created_at

    @admin.display(description=gettext_lazy("what"))
    def what(self, row: Change) -> str:
        """The row by the words that people know it by."""
        kind = apps.get_model(row.pgh_obj_model)._meta.verbose_name
        named = (row.pgh_data.get(field) for field in ("name", "number", "group_no", "country"))
        return f"{kind} {next(filter(None, named), row.pgh_obj_id)}"

    @admin.display(description=gettext_lazy("event"))
    def label(self, row: Change) -> str:
        return str(LABELS.get(row.pgh_label, row.pgh_label))

    @admin.display(description=gettext_lazy("changes"))
    def changes(self, row: Change) -> str:
        """Field: before → after, for what was changed."""
        # `changed_at` moves with every save, and says nothing that the line does not.
        changed = {name: values for name, values in (row.pgh_diff or {}).items() if name != "changed_at"}
        return Truncator("; ".join(f"{name}: {old} → {new}" for name, (old, new) in changed.items())).chars(300)
