from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest

from dialer.support.subscriptable import UserAdmin
from dialer.web.request_user import person

admin.site.unregister(User)


@admin.register(User)
class PortalUserAdmin(UserAdmin[User]):
    """Administrators put people into groups; only a superuser hands out more than the groups give."""

    ABOVE_GROUPS = ("is_superuser", "user_permissions")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return fixed if person(request).is_superuser else (*fixed, *self.ABOVE_GROUPS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Whoever may set a superuser's password is one.
        if obj is not None and obj.is_superuser and not person(request).is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_superuser and not person(request).is_superuser:
            return False
        return super().has_delete_permission(request, obj)
