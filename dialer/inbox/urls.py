from __future__ import annotations

from django.urls import path

from dialer.inbox import views

app_name = "webhooks"
urlpatterns = [path("<slug:prefix>/<slug:secret>/<slug:topic>", views.unknown_address, name="push")]
