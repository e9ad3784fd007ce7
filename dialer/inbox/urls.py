from __future__ import annotations

from django.urls import path

from dialer.inbox import views as webhooks

app_name = "webhooks"
urlpatterns = [path("<slug:prefix>/<slug:secret>/<slug:topic>", webhooks.push, name="push")]
