from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignUpAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """People are added by an administrator: an open line to the telephone network has no sign-up form."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
