from __future__ import annotations

from django.urls import path

from dialer.views import dnc

app_name = "dnc"
urlpatterns = [
    path("", dnc.dnc_lists, name="lists"),
    path("<int:pk>/", dnc.dnc_list, name="list"),
    path("<int:pk>/add/", dnc.add, name="add"),
    path("<int:pk>/upload/", dnc.upload, name="upload"),
    path("<int:pk>/switch/", dnc.switch, name="switch"),
    path("entries/<int:pk>/remove/", dnc.remove, name="remove"),
]
