"""What is in use is switched off, not deleted: history must go on making sense."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.support.subscriptable import ModelAdmin

USAGE_CAP = 1000
"""Counting stops here, so that the list stays fast over millions of calls."""


class InUseAdmin(ModelAdmin[Any]):
    """Shows how often each row is used, refuses to delete what is, and offers to switch it off instead.

    `usage` names the tables that point at the row: (text with %(shown)s in singular and plural, table, column).
    """

    usage: tuple[tuple[Any, str, str], ...] = ()
    actions = ("switch_off", "switch_on")
    # Else Django counts the whole table once more for the words “of so many”.
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        own_table = self.model._meta.db_table
        # The names in this SQL are those of the subclasses; nothing in it comes from a request.
        counts = {
            f"used_by_{table}_{column}": RawSQL(
                f"(SELECT count(*) FROM (SELECT 1 FROM {table} u WHERE u.{column} = {own_table}.id"
                f" LIMIT {USAGE_CAP + 1}) used)",
                [],
            )
            for _label, table, column in self.usage
        }
        return super().get_queryset(request).annotate(**counts)

    @admin.display(description=gettext_lazy("used by"))
    def used_by(self, row: Any) -> str:
        return ", ".join(self._usage_of(row)) or _("not used yet")

    def _usage_of(self, row: Any) -> list[str]:
        counts = [(label, getattr(row, f"used_by_{table}_{column}")) for label, table, column in self.usage]
        return [str(label % {"n": count, "shown": _capped(count)}) for label, count in counts if count]

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is not None and (usage := self._usage_of(row)):
            text = _("%(row)s is used by %(usage)s, so it cannot be deleted. Switch it off instead.")
            messages.error(request, text % {"row": row, "usage": ", ".join(usage)})
            opts = self.opts
            return redirect(reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk]))
        return super().delete_view(request, object_id, extra_context)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # it would ask about a thousand calls, then refuse
        return actions

    @admin.action(description=gettext_lazy("Switch off"), permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._switch(request, queryset, on=False)

    @admin.action(description=gettext_lazy("Switch on"), permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._switch(request, queryset, on=True)

    def _switch(self, request: HttpRequest, queryset: QuerySet[Any], *, on: bool) -> None:
        chosen = list(queryset.values_list("pk", flat=True))
        changed = self.model._default_manager.filter(pk__in=chosen, is_active=not on).update(is_active=on)
        text = _("%(changed)d changed, %(skipped)d unchanged.")
        messages.success(request, text % {"changed": changed, "skipped": len(chosen) - changed})


def _capped(count: int) -> str:
    return f"{USAGE_CAP}+" if count > USAGE_CAP else str(count)
