"""Webhook targets, and what was sent to them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from dialer.admin.in_use import InUseAdmin
from dialer.admin.readonly import ReadOnlyAdmin
from dialer.models import NoticeMessage, WebhookTarget
from dialer.models.notices import FOR_WEBHOOKS
from dialer.notices import events, outbox, signing
from dialer.support.subscriptable import ModelForm
from dialer.web.request_user import person


class TargetForm(ModelForm[WebhookTarget]):
    # An ArrayField would be a line of words to type, with commas between them.
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Events"),
        choices=[(event.value, event.label) for event in FOR_WEBHOOKS],
        widget=forms.CheckboxSelectMultiple,
    )


@admin.register(WebhookTarget)
class WebhookTargetAdmin(InUseAdmin):
    usage = ((ngettext_lazy("%(shown)s message", "%(shown)s messages", "n"), "dialer_noticemessage", "target_id"),)
    form = TargetForm
    list_display = ("name", "host", "is_active", "standing", "used_by")
    list_filter = ("is_active",)
    search_fields = ("name",)
    fields = ("name", "url", "events", "is_active", "standing", "rotated_at", "old_salt_until")
    readonly_fields = ("standing", "rotated_at", "old_salt_until")
    change_form_template = "admin/dialer/webhooktarget/change_form.html"

    @admin.display(description=gettext_lazy("host"), ordering="url")
    def host(self, target: WebhookTarget) -> str:
        """Without the path: some receivers put a secret there."""
        host: str = target.url.partition("//")[2].partition("/")[0].partition("?")[0]
        return host

    @admin.display(description=gettext_lazy("standing"))
    def standing(self, target: WebhookTarget) -> str:
        if target.trouble_at:
            return _("messages not delivered: %(why)s") % {"why": target.trouble}
        return _("OK")

    def get_urls(self) -> list[URLPattern]:
        views = {"secret": self.secret_view, "rotate": self.rotate_view, "test": self.test_view}
        ours = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"dialer_webhooktarget_{name}")
            for name, view in views.items()
        ]
        return [*ours, *super().get_urls()]

    @method_decorator([require_POST, never_cache])
    def secret_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The secret, on demand. That it was shown is kept."""
        target = self._target(request, pk)
        self.log_change(request, target, _("The secret was viewed."))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Secret of %(name)s") % {"name": target.name},
            "opts": self.opts,
            "target": target,
            "secret": signing.secret_of(target),
        }
        return TemplateResponse(request, "admin/dialer/webhooktarget/secret.html", context)

    @method_decorator(require_POST)
    def rotate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        target = self._target(request, pk)
        signing.rotate_secret(target, now=timezone.now())
        self.log_change(request, target, _("The secret was changed."))
        messages.success(
            request, _("A new secret has been created. The old secret stays valid alongside it for 24 hours.")
        )
        return redirect("admin:dialer_webhooktarget_change", pk)

    @method_decorator(require_POST)
    def test_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        target = self._target(request, pk)
        events.write_test_message(target, now=timezone.now())
        text = (
            _("A test message is being sent.")
            if target.is_active
            else _("The test message will be sent once the target is switched on.")
        )
        messages.success(request, text)
        return redirect("admin:dialer_webhooktarget_change", pk)

    def _target(self, request: HttpRequest, pk: int) -> WebhookTarget:
        target = get_object_or_404(WebhookTarget, pk=pk)
        if not self.has_change_permission(request, target):
            raise PermissionDenied
        return target

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        target = kwargs.get("obj")
        context["may_act"] = bool(target and self.has_change_permission(request, target))
        if target:
            context["sent"] = target.messages.all()[:10]
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(NoticeMessage)
class NoticeMessageAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "receiver", "event", "state", "tries", "next_at", "status", "answer")
    list_filter = ("state", "event", "target")
    list_select_related = ("target",)
    search_fields = ("message_id",)
    actions = ("send_again",)
    fields = (
        "message_id",
        "receiver",
        "event",
        ("state", "tries", "next_at"),
        ("status", "answer"),
        ("created_at", "ended_at"),
        "body",
    )
    readonly_fields = ("receiver",)

    @admin.display(description=gettext_lazy("to"))
    def receiver(self, row: NoticeMessage) -> str:
        return row.target.name if row.target else _("e-mail")

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return person(request).has_perm("dialer.change_webhooktarget")

    @admin.action(description=gettext_lazy("Send again"), permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[NoticeMessage]) -> None:
        now, chosen = timezone.now(), list(queryset)
        sent = sum(outbox.send_again(row, now=now) for row in chosen)
        text = ngettext("%(n)d message will be sent again.", "%(n)d messages will be sent again.", sent) % {"n": sent}
        if skipped := len(chosen) - sent:
            left_out = ngettext(
                "%(n)d skipped because it is being sent now.", "%(n)d skipped because they are being sent now.", skipped
            )
            text += " " + left_out % {"n": skipped}
        messages.success(request, text)
