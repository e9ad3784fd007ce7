from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.http import require_POST

from dialer.admin.in_use import InUseAdmin
from dialer.inbox import endpoints
from dialer.ledger import services
from dialer.models import ProviderAccount
from dialer.providers import account_sync, adapters, agent_phone_sync
from dialer.web.request_user import person
from telephony import registry
from telephony.contract.vocabulary import Capability


@admin.register(ProviderAccount)
class ProviderAccountAdmin(InUseAdmin):
    usage = (
        (ngettext_lazy("%(shown)s DID", "%(shown)s DIDs", "n"), "dialer_didnumber", "account_id"),
        (ngettext_lazy("%(shown)s agent", "%(shown)s agents", "n"), "dialer_agent", "account_id"),
        (ngettext_lazy("%(shown)s agent phone", "%(shown)s agent phones", "n"), "dialer_agentphone", "account_id"),
        (ngettext_lazy("%(shown)s agent group", "%(shown)s agent groups", "n"), "dialer_agentgroup", "account_id"),
        (ngettext_lazy("%(shown)s call", "%(shown)s calls", "n"), "dialer_callrequest", "account_id"),
        (ngettext_lazy("%(shown)s campaign", "%(shown)s campaigns", "n"), "campaigns_campaign", "account_id"),
    )
    list_display = ("name", "kind", "target", "is_active", "standing", "balance_shown", "used_by")
    list_filter = ("is_active", "kind")
    search_fields = ("name", "env_prefix")
    fields = (
        "name",
        "kind",
        "env_prefix",
        "requests_per_second",
        "concurrent_calls",
        "currency",
        "is_active",
        "standing",
        "balance_shown",
        "target",
        "addresses",
        "webhook_address",
        "settings_found",
    )
    readonly_fields = ("standing", "balance_shown", "target", "addresses", "webhook_address", "settings_found")
    change_form_template = "admin/dialer/provideraccount/change_form.html"

    @admin.display(description=gettext_lazy("standing"))
    def standing(self, account: ProviderAccount) -> str:
        return _("suspended: %(why)s") % {"why": account.suspended_reason} if account.suspended_at else _("OK")

    @admin.display(description=gettext_lazy("balance"))
    def balance_shown(self, account: ProviderAccount) -> str:
        return "; ".join(account_sync.balance_words(account)) or _("not read yet")

    @admin.display(description=gettext_lazy("orders are sent to"))
    def target(self, account: ProviderAccount) -> str:
        if not account.pk:
            return "–"
        return _("the sandbox on this machine") if adapters.is_sandbox(account) else _("the live provider")

    @admin.display(description=gettext_lazy("addresses"))
    def addresses(self, account: ProviderAccount) -> str:
        return ", ".join(adapters.base_urls(account)) if account.pk else "–"

    @admin.display(description=gettext_lazy("callback addresses for the provider's console"))
    def webhook_address(self, account: ProviderAccount) -> str:
        paths = endpoints.callback_paths_of(account) if account.pk else {}
        lines = ((topic, settings.PORTAL_PUBLIC_URL + path) for topic, path in paths.items())
        return format_html_join("", "<p>{}: {}</p>", lines) or "–"

    @admin.display(description=gettext_lazy("environment settings"))
    def settings_found(self, account: ProviderAccount) -> str:
        if not account.pk:
            return "–"
        # Names of variables alone: what stands in them is shown nowhere.
        problems = adapters.problems_of(account)
        return format_html_join("", "<p>{}</p>", [(line,) for line in problems or [_("complete")]])

    def get_urls(self) -> list[URLPattern]:
        resume = path(
            "<int:pk>/resume/", self.admin_site.admin_view(self.resume_view), name="dialer_provideraccount_resume"
        )
        asks = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"dialer_provideraccount_{name}")
            for name, view in (
                ("balance", self.balance_view),
                ("groups", self.groups_view),
                ("phones", self.phones_view),
            )
        ]
        return [resume, *asks, *super().get_urls()]

    @method_decorator(require_POST)
    def balance_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._ask_provider(
            request,
            pk,
            account_sync.ask_for_balance,
            _("The balance is being refreshed. Reload this page in a few seconds."),
        )

    @method_decorator(require_POST)
    def groups_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        text = _("The agent groups are being refreshed. They appear under Agent groups in a few seconds.")
        return self._ask_provider(request, pk, account_sync.ask_for_groups, text)

    @method_decorator(require_POST)
    def phones_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        text = _("The agent phones are being refreshed. They appear under Agent phones in a few seconds.")
        return self._ask_provider(request, pk, agent_phone_sync.ask_for_phones, text)

    def _ask_provider(self, request: HttpRequest, pk: int, ask: Callable[..., None], said: str) -> HttpResponse:
        account = get_object_or_404(ProviderAccount, pk=pk)
        try:
            ask(account=account, by=person(request), now=timezone.now())
        except account_sync.TooSoon as refusal:
            messages.warning(request, str(refusal))
        except PermissionDenied:
            messages.error(request, _("You do not have permission to do this."))
        else:
            messages.success(request, said)
        return redirect("admin:dialer_provideraccount_change", account.pk)

    @method_decorator(require_POST)
    def resume_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        account = get_object_or_404(ProviderAccount, pk=pk)
        try:
            waiting = services.resume_account(account=account, by=person(request), now=timezone.now())
        except PermissionDenied:
            messages.error(request, _("You do not have permission to resume accounts."))
        else:
            text = ngettext(
                "%(name)s sends again; %(n)d waiting order leaves now.",
                "%(name)s sends again; %(n)d waiting orders leave now.",
                waiting,
            )
            messages.success(request, text % {"name": account.name, "n": waiting})
        return redirect("admin:dialer_provideraccount_change", account.pk)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        account = kwargs.get("obj")
        # Buttons that would be refused are not drawn; the views ask for the permission again.
        context["may_resume"] = bool(
            account and account.suspended_at and person(request).has_perm("dialer.resume_provideraccount")
        )
        context |= _may_read(account, person(request)) if account else {}
        return super().render_change_form(request, context, *args, **kwargs)


def _may_read(account: ProviderAccount, user: AbstractUser) -> dict[str, bool]:
    """What the provider of this account can be asked for, by this person."""
    can = {capability: registry.can(account.kind, capability) for capability in Capability}
    return {
        "may_read_balance": can[Capability.BALANCE],
        "may_read_groups": can[Capability.AGENT_GROUPS] and user.has_perm("dialer.change_agentgroup"),
        "may_read_phones": can[Capability.AGENT_PHONES] and user.has_perm("dialer.change_agentphone"),
    }
