from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from nxportal import health, views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("calls/", include("dialer.urls")),
    path("agents/", include("dialer.agent_urls")),
    path("campaigns/", include("campaigns.urls")),
    path("policy/", include("dialer.policy_urls")),
    path("notifications/", include("dialer.notice_urls")),
    path("why/", include("campaigns.why_urls")),
    path("do-not-call/", include("dialer.dnc_urls")),
    path("webhooks/", include("dialer.webhook_urls")),
    path("records/", include("dialer.record_urls")),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
