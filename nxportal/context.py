"""What every page shows besides its own content: navigation, role, banners."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from dialer.ledger import services
from dialer.models import ProviderAccount, StopSwitch
from dialer.notices import bell
from dialer.providers import adapters
from dialer.web.request_user import person


def portal(request: HttpRequest) -> dict[str, Any]:
    """Lazy, so that fragments and anonymous pages pay nothing for it."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": None, "banners": []}
    return {
        "nav": SimpleLazyObject(lambda: _navigation(request)),
        "banners": SimpleLazyObject(lambda: _banners(request)),
    }


def _navigation(request: HttpRequest) -> dict[str, Any]:
    user = person(request)
    in_doubt = services.in_doubt_count() if user.has_perm("dialer.view_callrequest") else 0
    items = [
        ("dialer.add_callrequest", "dialer:place_call", _("Place a call"), "phone-arrow-up-right", None),
        ("dialer.view_callrequest", "dialer:call_list", _("Calls"), "queue-list", None),
        ("dialer.view_agent", "agents:list", _("Agents"), "user-group", None),
        ("campaigns.view_campaign", "campaigns:campaign_list", _("Campaigns"), "megaphone", None),
        ("dialer.view_dnclist", "dnc:lists", _("Do not call"), "no-symbol", None),
        ("dialer.view_calldetailrecord", "records:books", _("Records"), "scale", None),
        ("campaigns.view_campaign", "why:why", _("Why?"), "magnifying-glass", None),
        ("dialer.view_callrequest", "dialer:in_doubt", _("In doubt"), "question-mark-circle", in_doubt or None),
    ]
    entries: list[dict[str, Any]] = [
        {"url": reverse(name), "label": label, "icon": icon, "badge": badge}
        for permission, name, label, icon, badge in items
        if user.has_perm(permission)
    ]
    if user.is_staff:
        entries.append({"url": reverse("admin:index"), "label": _("Admin"), "icon": "cog-6-tooth", "badge": None})
    # "In doubt" lies below "Calls": the longest address that the page begins with is its own.
    here = [entry["url"] for entry in entries if request.path.startswith(entry["url"])]
    current = max(here, key=len, default="")
    for entry in entries:
        entry["current"] = entry["url"] == current
    role = ", ".join(user.groups.order_by("name").values_list("name", flat=True))
    unread = bell.unread_count(user) if user.has_perm("dialer.view_notification") else 0
    return {"items": entries, "in_doubt_count": in_doubt, "role": role, "unread": unread}


def _banners(request: HttpRequest) -> list[dict[str, str]]:
    accounts = list(ProviderAccount.objects.filter(is_active=True))
    sandboxed = [account.name for account in accounts if adapters.is_sandbox(account)]
    banners = []
    if sandboxed:
        text = _("%(names)s: calls go to a simulator on this machine. No real phone rings.")
        banners.append(_banner("sandbox", _("Sandbox"), text % {"names": ", ".join(sandboxed)}))
    if switch := StopSwitch.objects.current():
        text = _("Stopped by %(user)s. %(reason)s") % {"user": switch.stopped_by, "reason": switch.reason}
        link = {"url": reverse("policy:stop"), "link": _("Open the stop switch")}
        banners.append(_banner("danger", _("All orders are stopped."), text.strip(), **link))
    may_resume = person(request).has_perm("dialer.resume_provideraccount")
    for account in (account for account in accounts if account.suspended_at):
        title = _("%(name)s is suspended and sends no calls.") % {"name": account.name}
        if may_resume:
            link = {
                "url": reverse("admin:dialer_provideraccount_change", args=[account.pk]),
                "link": _("Open the account"),
            }
            banners.append(_banner("danger", title, account.suspended_reason, **link))
        else:
            text = account.suspended_reason + " " + _("Ask an administrator to resume it.")
            banners.append(_banner("danger", title, text))
    return banners


def _banner(level: str, title: str, text: str, *, url: str = "", link: str = "") -> dict[str, str]:
    return {"level": level, "title": title, "text": text, "url": url, "link": link}
