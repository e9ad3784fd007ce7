from __future__ import annotations

from django.urls import path

from dialer.ledger import views_stop as stop
from dialer.policy import views as evidence

app_name = "policy"
urlpatterns = [
    path("stop/", stop.switch, name="stop"),
    path("evidence/", evidence.evidence, name="evidence"),
    path("evidence/<int:pk>/file", evidence.download, name="evidence_file"),
]
