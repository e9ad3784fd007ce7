from __future__ import annotations

from django.urls import path

from campaigns.views import why

app_name = "why"
urlpatterns = [path("", why.why, name="why")]
