from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from dialer.calls import urls as calls
from dialer.ledger import urls as ledger
from dialer.policy import urls as policy
from nxportal import health, views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    # The first match counts, and a reference of a call may be any slug.
    path("calls/", include(([*ledger.among_calls, *calls.urlpatterns], calls.app_name))),
    path("agents/", include("dialer.agents.urls")),
    path("campaigns/", include("campaigns.pages.urls")),
    path("policy/", include(([*ledger.with_policy, *policy.urlpatterns], policy.app_name))),
    path("notifications/", include("dialer.notices.urls")),
    path("why/", include("campaigns.pages.why_urls")),
    path("do-not-call/", include("dialer.dnc.urls")),
    path("webhooks/", include("dialer.inbox.urls")),
    path("records/", include("dialer.reconcile.urls")),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
