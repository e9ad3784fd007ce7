"""Who may do what is asked in the services, whoever calls them: a page, a command or a job."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied


def require(user: AbstractUser, permission: str) -> None:
    """Raises PermissionDenied."""
    if not user.has_perm(permission):
        raise PermissionDenied
