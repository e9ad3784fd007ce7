from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from nxportal import health, views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("calls/", include("dialer.calls.urls")),
    path("agents/", include("dialer.agents.urls")),
    path("campaigns/", include("campaigns.pages.urls")),
    path("policy/", include("dialer.policy.urls")),
    path("notifications/", include("dialer.notices.urls")),
    path("why/", include("campaigns.pages.why_urls")),
    path("do-not-call/", include("dialer.dnc.urls")),
    path("webhooks/", include("dialer.inbox.urls")),
    path("records/", include("dialer.reconcile.urls")),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
