from __future__ import annotations

from django.urls import path

from dialer.views import evidence, stop

app_name = "policy"
urlpatterns = [
    path("stop/", stop.switch, name="stop"),
    path("evidence/", evidence.evidence, name="evidence"),
    path("evidence/<int:pk>/file", evidence.download, name="evidence_file"),
]
