"""The address of dialer/inbox/wsgi.py for what reaches Django: other methods, the test client, a wrong secret."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from dialer.inbox import endpoints, store, wsgi


@csrf_exempt
@login_not_required
def push(request: HttpRequest, prefix: str, secret: str, topic: str) -> HttpResponse:
    """See `intake.answer`; a wrong secret or an unknown account is an unknown page."""
    # Django logs the path of every refusal, and this one may hold the secret.
    request.path = f"/webhooks/{prefix}/…/{topic}"
    given = wsgi.answer(request.META, prefix, secret, topic, doors=endpoints.read, keep=store.store_and_defer)
    if given is None:
        raise Http404
    headers = {"Allow": "POST"} if given is wsgi.POST_ONLY else {}
    return HttpResponse(given.body, status=given.status.value, content_type=given.content_type, headers=headers)
