from __future__ import annotations

from django.urls import path

from dialer.dnc import views as dnc
from dialer.dnc import views_imports as dnc_imports

app_name = "dnc"
urlpatterns = [
    path("", dnc.dnc_lists, name="lists"),
    path("<int:pk>/", dnc.dnc_list, name="list"),
    path("<int:pk>/add/", dnc.add, name="add"),
    path("<int:pk>/upload/", dnc.upload, name="upload"),
    path("<int:pk>/switch/", dnc.switch, name="switch"),
    path("entries/<int:pk>/remove/", dnc.remove, name="remove"),
    path("blocks/<int:pk>/remove/", dnc.remove_block, name="remove_block"),
    path("imports/<int:pk>/", dnc_imports.detail, name="import"),
    path("imports/<int:pk>/read/", dnc_imports.read, name="import_read"),
    path("imports/<int:pk>/discard/", dnc_imports.discard, name="import_discard"),
    path("imports/<int:pk>/rejects/", dnc_imports.rejects, name="import_rejects"),
]
