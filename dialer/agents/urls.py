from __future__ import annotations

from django.urls import path

from dialer.agents import views as agents

app_name = "agents"
urlpatterns = [
    path("", agents.agent_list, name="list"),
    path("<int:pk>/", agents.detail, name="detail"),
    path("<int:pk>/<slug:action>/", agents.act, name="act"),
]
