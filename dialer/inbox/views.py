"""The address of callbacks as Django knows it: by its name. Who comes here was let in nowhere."""

from __future__ import annotations

from typing import NoReturn

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
@login_not_required
def unknown_address(request: HttpRequest, prefix: str, secret: str, topic: str) -> NoReturn:
    """What the application in front of Django (wsgi.py) knows it answers itself; the rest is an unknown page."""
    # Django logs the path of every refusal, and this one may hold the secret.
    request.path = f"/webhooks/{prefix}/…/{topic}"
    raise Http404
