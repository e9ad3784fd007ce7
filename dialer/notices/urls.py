from __future__ import annotations

from django.urls import path

from dialer.notices import views as notices

app_name = "notices"
urlpatterns = [
    path("", notices.notification_list, name="list"),
    path("bell", notices.bell, name="bell"),
    path("read", notices.mark_read, name="read"),
]
