from __future__ import annotations

from django.urls import path

from campaigns.pages import views_why as why

app_name = "why"
urlpatterns = [path("", why.why, name="why")]
