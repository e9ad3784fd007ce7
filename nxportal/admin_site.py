from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(admin.AdminSite):
    """The stock admin behind the portal's own sign-in, so that rate limits and the second factor hold there too."""

    site_header = _("NX Portal administration")
    site_title = _("NX Portal")
    index_title = _("Numbers, accounts and history")
    enable_nav_sidebar = False

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return secure_admin_login(super().login)(request, extra_context)  # type: ignore[no-any-return]
