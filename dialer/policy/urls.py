from __future__ import annotations

from django.urls import path

from dialer.policy import views as evidence

app_name = "policy"
urlpatterns = [
    path("evidence/", evidence.evidence, name="evidence"),
    path("evidence/<int:pk>/file", evidence.download, name="evidence_file"),
]
