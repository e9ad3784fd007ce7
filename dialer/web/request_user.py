from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest


def person(request: HttpRequest) -> User:
    """Who is signed in. Every page is private unless marked, so behind LoginRequiredMiddleware it is a User."""
    return cast(User, request.user)
